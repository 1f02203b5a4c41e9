from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor
RECONSTRUCTION_STATE_CANCELLED: ReconstructionState
RECONSTRUCTION_STATE_COMPLETED: ReconstructionState
RECONSTRUCTION_STATE_FAILED: ReconstructionState
RECONSTRUCTION_STATE_RUNNING: ReconstructionState
RECONSTRUCTION_STATE_UNSPECIFIED: ReconstructionState

class ReconstructionFailure(_message.Message):
    __slots__ = ["code", "message", "reason", "step"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    reason: str
    step: int
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., step: _Optional[int] = ...) -> None: ...

class ReconstructionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
