from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

COMPUTE_MODE_EXACT: ComputeMode
COMPUTE_MODE_FAST: ComputeMode
COMPUTE_MODE_UNSPECIFIED: ComputeMode
CUT_REASON_DEADLINE: CutReason
CUT_REASON_NETWORK_CALLS: CutReason
CUT_REASON_UNSPECIFIED: CutReason
DESCRIPTOR: _descriptor.FileDescriptor
ON_TIGHT_DEADLINE_REFUSE: OnTightDeadline
ON_TIGHT_DEADLINE_SHORTEN: OnTightDeadline
ON_TIGHT_DEADLINE_UNSPECIFIED: OnTightDeadline
PRIORITY_HIGH: Priority
PRIORITY_LOW: Priority
PRIORITY_NORMAL: Priority
PRIORITY_UNSPECIFIED: Priority

class Cut(_message.Message):
    __slots__ = ["guidance_factor", "reason", "steps_without"]
    GUIDANCE_FACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STEPS_WITHOUT_FIELD_NUMBER: _ClassVar[int]
    guidance_factor: float
    reason: CutReason
    steps_without: int
    def __init__(self, steps_without: _Optional[int] = ..., reason: _Optional[_Union[CutReason, str]] = ..., guidance_factor: _Optional[float] = ...) -> None: ...

class Scheduling(_message.Message):
    __slots__ = ["max_network_calls", "on_tight_deadline", "priority", "queue_timeout", "time_limit"]
    MAX_NETWORK_CALLS_FIELD_NUMBER: _ClassVar[int]
    ON_TIGHT_DEADLINE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    TIME_LIMIT_FIELD_NUMBER: _ClassVar[int]
    max_network_calls: int
    on_tight_deadline: OnTightDeadline
    priority: Priority
    queue_timeout: _duration_pb2.Duration
    time_limit: _duration_pb2.Duration
    def __init__(self, priority: _Optional[_Union[Priority, str]] = ..., queue_timeout: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., time_limit: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., max_network_calls: _Optional[int] = ..., on_tight_deadline: _Optional[_Union[OnTightDeadline, str]] = ...) -> None: ...

class OnTightDeadline(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CutReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ComputeMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
