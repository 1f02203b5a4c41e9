from flashdiffusion.v1 import parameter_pb2 as _parameter_pb2
from flashdiffusion.v1 import picture_pb2 as _picture_pb2
from flashdiffusion.v1 import tensor_pb2 as _tensor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
MEASUREMENT_RANGE_SIGNED: MeasurementRange
MEASUREMENT_RANGE_UNIT: MeasurementRange
MEASUREMENT_RANGE_UNSPECIFIED: MeasurementRange
NOISE_RANGE_SIGNED: NoiseRange
NOISE_RANGE_UNIT: NoiseRange
NOISE_RANGE_UNSPECIFIED: NoiseRange

class ForwardOperator(_message.Message):
    __slots__ = ["kernel", "mask", "name", "noise_range", "noise_std", "parameters", "picture_size", "seed"]
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _parameter_pb2.ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_parameter_pb2.ParameterValue, _Mapping]] = ...) -> None: ...
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NOISE_RANGE_FIELD_NUMBER: _ClassVar[int]
    NOISE_STD_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PICTURE_SIZE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    kernel: _tensor_pb2.Tensor
    mask: _picture_pb2.Picture
    name: str
    noise_range: NoiseRange
    noise_std: float
    parameters: _containers.MessageMap[str, _parameter_pb2.ParameterValue]
    picture_size: PictureSize
    seed: int
    def __init__(self, name: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _parameter_pb2.ParameterValue]] = ..., seed: _Optional[int] = ..., mask: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., noise_std: _Optional[float] = ..., kernel: _Optional[_Union[_tensor_pb2.Tensor, _Mapping]] = ..., noise_range: _Optional[_Union[NoiseRange, str]] = ..., picture_size: _Optional[_Union[PictureSize, _Mapping]] = ...) -> None: ...

class PictureSize(_message.Message):
    __slots__ = ["height", "width"]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    height: int
    width: int
    def __init__(self, height: _Optional[int] = ..., width: _Optional[int] = ...) -> None: ...

class ResolvedOperator(_message.Message):
    __slots__ = ["measurement_count", "measurement_range", "measurement_shape", "name", "noise_std_signed", "noise_std_unit", "parameters", "picture_size", "seed", "version"]
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _parameter_pb2.ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_parameter_pb2.ParameterValue, _Mapping]] = ...) -> None: ...
    MEASUREMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENT_RANGE_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENT_SHAPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NOISE_STD_SIGNED_FIELD_NUMBER: _ClassVar[int]
    NOISE_STD_UNIT_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PICTURE_SIZE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    measurement_count: int
    measurement_range: MeasurementRange
    measurement_shape: _containers.RepeatedScalarFieldContainer[int]
    name: str
    noise_std_signed: float
    noise_std_unit: float
    parameters: _containers.MessageMap[str, _parameter_pb2.ParameterValue]
    picture_size: PictureSize
    seed: int
    version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _parameter_pb2.ParameterValue]] = ..., seed: _Optional[int] = ..., noise_std_unit: _Optional[float] = ..., noise_std_signed: _Optional[float] = ..., picture_size: _Optional[_Union[PictureSize, _Mapping]] = ..., measurement_shape: _Optional[_Iterable[int]] = ..., measurement_count: _Optional[int] = ..., measurement_range: _Optional[_Union[MeasurementRange, str]] = ...) -> None: ...

class NoiseRange(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class MeasurementRange(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
