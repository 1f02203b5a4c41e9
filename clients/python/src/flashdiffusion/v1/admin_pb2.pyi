from flashdiffusion.v1 import catalog_pb2 as _catalog_pb2
from flashdiffusion.v1 import forward_operator_pb2 as _forward_operator_pb2
from flashdiffusion.v1 import reconstruction_options_pb2 as _reconstruction_options_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
LOG_LEVEL_CRITICAL: LogLevel
LOG_LEVEL_DEBUG: LogLevel
LOG_LEVEL_ERROR: LogLevel
LOG_LEVEL_INFORMATION: LogLevel
LOG_LEVEL_NONE: LogLevel
LOG_LEVEL_TRACE: LogLevel
LOG_LEVEL_UNSPECIFIED: LogLevel
LOG_LEVEL_WARNING: LogLevel

class BatchStatistics(_message.Message):
    __slots__ = ["count", "size", "time"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    count: int
    size: int
    time: _duration_pb2.Duration
    def __init__(self, size: _Optional[int] = ..., count: _Optional[int] = ..., time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CurvePoint(_message.Message):
    __slots__ = ["count", "rows", "time"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    count: int
    rows: int
    time: _duration_pb2.Duration
    def __init__(self, rows: _Optional[int] = ..., time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., count: _Optional[int] = ...) -> None: ...

class DeviceStatistics(_message.Message):
    __slots__ = ["device", "lanes", "memory_budget_bytes"]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    LANES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BUDGET_BYTES_FIELD_NUMBER: _ClassVar[int]
    device: str
    lanes: _containers.RepeatedCompositeFieldContainer[LaneCurve]
    memory_budget_bytes: int
    def __init__(self, device: _Optional[str] = ..., memory_budget_bytes: _Optional[int] = ..., lanes: _Optional[_Iterable[_Union[LaneCurve, _Mapping]]] = ...) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ["wait"]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    wait: _duration_pb2.Duration
    def __init__(self, wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class DrainResponse(_message.Message):
    __slots__ = ["active"]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    active: int
    def __init__(self, active: _Optional[int] = ...) -> None: ...

class GetStatisticsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetStatisticsResponse(_message.Message):
    __slots__ = ["accepted", "active", "devices", "draining", "solvers", "start_time"]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    SOLVERS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    active: int
    devices: _containers.RepeatedCompositeFieldContainer[DeviceStatistics]
    draining: bool
    solvers: _containers.RepeatedCompositeFieldContainer[SolverStatistics]
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., active: _Optional[int] = ..., draining: bool = ..., solvers: _Optional[_Iterable[_Union[SolverStatistics, _Mapping]]] = ..., devices: _Optional[_Iterable[_Union[DeviceStatistics, _Mapping]]] = ..., accepted: _Optional[int] = ...) -> None: ...

class LaneCurve(_message.Message):
    __slots__ = ["batch", "bytes_per_row", "compatibility", "kind", "memory_rows", "model", "operator", "operators", "picture_size", "points", "runner", "stage", "working_size"]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    BYTES_PER_ROW_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ROWS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PICTURE_SIZE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    RUNNER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    WORKING_SIZE_FIELD_NUMBER: _ClassVar[int]
    batch: int
    bytes_per_row: int
    compatibility: _reconstruction_options_pb2.Compatibility
    kind: str
    memory_rows: int
    model: str
    operator: str
    operators: _containers.RepeatedCompositeFieldContainer[OperatorCurve]
    picture_size: _forward_operator_pb2.PictureSize
    points: _containers.RepeatedCompositeFieldContainer[CurvePoint]
    runner: str
    stage: str
    working_size: _forward_operator_pb2.PictureSize
    def __init__(self, stage: _Optional[str] = ..., model: _Optional[str] = ..., runner: _Optional[str] = ..., kind: _Optional[str] = ..., operator: _Optional[str] = ..., working_size: _Optional[_Union[_forward_operator_pb2.PictureSize, _Mapping]] = ..., picture_size: _Optional[_Union[_forward_operator_pb2.PictureSize, _Mapping]] = ..., compatibility: _Optional[_Union[_reconstruction_options_pb2.Compatibility, str]] = ..., points: _Optional[_Iterable[_Union[CurvePoint, _Mapping]]] = ..., batch: _Optional[int] = ..., bytes_per_row: _Optional[int] = ..., memory_rows: _Optional[int] = ..., operators: _Optional[_Iterable[_Union[OperatorCurve, _Mapping]]] = ...) -> None: ...

class LoadModelRequest(_message.Message):
    __slots__ = ["model", "model_version"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    model: str
    model_version: str
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ...) -> None: ...

class LoadModelResponse(_message.Message):
    __slots__ = ["model"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: _catalog_pb2.Model
    def __init__(self, model: _Optional[_Union[_catalog_pb2.Model, _Mapping]] = ...) -> None: ...

class OperatorCurve(_message.Message):
    __slots__ = ["operator", "points"]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    operator: str
    points: _containers.RepeatedCompositeFieldContainer[CurvePoint]
    def __init__(self, operator: _Optional[str] = ..., points: _Optional[_Iterable[_Union[CurvePoint, _Mapping]]] = ...) -> None: ...

class ReloadPluginsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ReloadPluginsResponse(_message.Message):
    __slots__ = ["operators", "solvers"]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    SOLVERS_FIELD_NUMBER: _ClassVar[int]
    operators: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.Operator]
    solvers: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.Solver]
    def __init__(self, solvers: _Optional[_Iterable[_Union[_catalog_pb2.Solver, _Mapping]]] = ..., operators: _Optional[_Iterable[_Union[_catalog_pb2.Operator, _Mapping]]] = ...) -> None: ...

class SetLogLevelRequest(_message.Message):
    __slots__ = ["category", "level"]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    category: str
    level: LogLevel
    def __init__(self, category: _Optional[str] = ..., level: _Optional[_Union[LogLevel, str]] = ...) -> None: ...

class SetLogLevelResponse(_message.Message):
    __slots__ = ["previous_level"]
    PREVIOUS_LEVEL_FIELD_NUMBER: _ClassVar[int]
    previous_level: LogLevel
    def __init__(self, previous_level: _Optional[_Union[LogLevel, str]] = ...) -> None: ...

class SetTraceSamplingRequest(_message.Message):
    __slots__ = ["ratio"]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    ratio: float
    def __init__(self, ratio: _Optional[float] = ...) -> None: ...

class SetTraceSamplingResponse(_message.Message):
    __slots__ = ["previous_ratio"]
    PREVIOUS_RATIO_FIELD_NUMBER: _ClassVar[int]
    previous_ratio: float
    def __init__(self, previous_ratio: _Optional[float] = ...) -> None: ...

class SolverStatistics(_message.Message):
    __slots__ = ["batches", "cancelled", "completed", "compute_time", "failed", "last_end_time", "model", "model_version", "queue_time", "solver"]
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    COMPUTE_TIME_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    LAST_END_TIME_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIME_FIELD_NUMBER: _ClassVar[int]
    SOLVER_FIELD_NUMBER: _ClassVar[int]
    batches: _containers.RepeatedCompositeFieldContainer[BatchStatistics]
    cancelled: int
    completed: int
    compute_time: _duration_pb2.Duration
    failed: int
    last_end_time: _timestamp_pb2.Timestamp
    model: str
    model_version: str
    queue_time: _duration_pb2.Duration
    solver: str
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., solver: _Optional[str] = ..., completed: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., queue_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., compute_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., batches: _Optional[_Iterable[_Union[BatchStatistics, _Mapping]]] = ..., last_end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UnloadModelRequest(_message.Message):
    __slots__ = ["model", "model_version", "wait"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    model: str
    model_version: str
    wait: _duration_pb2.Duration
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class UnloadModelResponse(_message.Message):
    __slots__ = ["models"]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.Model]
    def __init__(self, models: _Optional[_Iterable[_Union[_catalog_pb2.Model, _Mapping]]] = ...) -> None: ...

class LogLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
