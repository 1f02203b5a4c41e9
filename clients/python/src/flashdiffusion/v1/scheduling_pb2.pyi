from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

COMPUTE_MODE_EXACT: ComputeMode
COMPUTE_MODE_FAST: ComputeMode
COMPUTE_MODE_UNSPECIFIED: ComputeMode
DESCRIPTOR: _descriptor.FileDescriptor
PRIORITY_HIGH: Priority
PRIORITY_LOW: Priority
PRIORITY_NORMAL: Priority
PRIORITY_UNSPECIFIED: Priority

class Scheduling(_message.Message):
    __slots__ = ["priority", "queue_timeout"]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    priority: Priority
    queue_timeout: _duration_pb2.Duration
    def __init__(self, priority: _Optional[_Union[Priority, str]] = ..., queue_timeout: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ComputeMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
