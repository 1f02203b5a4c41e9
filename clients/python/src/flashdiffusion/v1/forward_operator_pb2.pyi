from flashdiffusion.v1 import parameter_pb2 as _parameter_pb2
from flashdiffusion.v1 import picture_pb2 as _picture_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ForwardOperator(_message.Message):
    __slots__ = ["mask", "name", "noise_std", "parameters", "seed"]
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _parameter_pb2.ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_parameter_pb2.ParameterValue, _Mapping]] = ...) -> None: ...
    MASK_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NOISE_STD_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    mask: _picture_pb2.Picture
    name: str
    noise_std: float
    parameters: _containers.MessageMap[str, _parameter_pb2.ParameterValue]
    seed: int
    def __init__(self, name: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _parameter_pb2.ParameterValue]] = ..., seed: _Optional[int] = ..., mask: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., noise_std: _Optional[float] = ...) -> None: ...
