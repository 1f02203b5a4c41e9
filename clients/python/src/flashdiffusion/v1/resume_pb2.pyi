from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor
ON_DISCONNECT_CANCEL: OnDisconnect
ON_DISCONNECT_DETACH: OnDisconnect
ON_DISCONNECT_UNSPECIFIED: OnDisconnect

class Checkpoint(_message.Message):
    __slots__ = ["crc32", "data", "step", "token"]
    CRC32_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    crc32: int
    data: bytes
    step: int
    token: bytes
    def __init__(self, step: _Optional[int] = ..., token: _Optional[bytes] = ..., data: _Optional[bytes] = ..., crc32: _Optional[int] = ...) -> None: ...

class ResumeFrom(_message.Message):
    __slots__ = ["checkpoint", "require_exact", "token"]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_EXACT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    checkpoint: bytes
    require_exact: bool
    token: bytes
    def __init__(self, token: _Optional[bytes] = ..., checkpoint: _Optional[bytes] = ..., require_exact: bool = ...) -> None: ...

class Resumption(_message.Message):
    __slots__ = ["exact", "step"]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    exact: bool
    step: int
    def __init__(self, step: _Optional[int] = ..., exact: bool = ...) -> None: ...

class OnDisconnect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
