from flashdiffusion.v1 import forward_operator_pb2 as _forward_operator_pb2
from flashdiffusion.v1 import picture_pb2 as _picture_pb2
from flashdiffusion.v1 import reconstruction_events_pb2 as _reconstruction_events_pb2
from flashdiffusion.v1 import reconstruction_options_pb2 as _reconstruction_options_pb2
from flashdiffusion.v1 import reconstruction_state_pb2 as _reconstruction_state_pb2
from flashdiffusion.v1 import resume_pb2 as _resume_pb2
from flashdiffusion.v1 import scheduling_pb2 as _scheduling_pb2
from flashdiffusion.v1 import tensor_pb2 as _tensor_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CancelReconstructionRequest(_message.Message):
    __slots__ = ["request_id"]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class CancelReconstructionResponse(_message.Message):
    __slots__ = ["state"]
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: _reconstruction_state_pb2.ReconstructionState
    def __init__(self, state: _Optional[_Union[_reconstruction_state_pb2.ReconstructionState, str]] = ...) -> None: ...

class DegradeRequest(_message.Message):
    __slots__ = ["crop", "operator", "picture", "seed"]
    CROP_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    crop: int
    operator: _forward_operator_pb2.ForwardOperator
    picture: _picture_pb2.Picture
    seed: int
    def __init__(self, picture: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., operator: _Optional[_Union[_forward_operator_pb2.ForwardOperator, _Mapping]] = ..., seed: _Optional[int] = ..., crop: _Optional[int] = ...) -> None: ...

class DegradeResponse(_message.Message):
    __slots__ = ["clean", "measurement", "operator", "preview", "seed"]
    CLEAN_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENT_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    clean: _picture_pb2.Picture
    measurement: _picture_pb2.Picture
    operator: _forward_operator_pb2.ResolvedOperator
    preview: _picture_pb2.Picture
    seed: int
    def __init__(self, measurement: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., preview: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., clean: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., seed: _Optional[int] = ..., operator: _Optional[_Union[_forward_operator_pb2.ResolvedOperator, _Mapping]] = ...) -> None: ...

class EstimateSeverityRequest(_message.Message):
    __slots__ = ["include_decoded_mean", "include_latent", "measurement", "model", "model_version", "operator"]
    INCLUDE_DECODED_MEAN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_LATENT_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENT_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    include_decoded_mean: bool
    include_latent: bool
    measurement: _picture_pb2.Picture
    model: str
    model_version: str
    operator: _forward_operator_pb2.ForwardOperator
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., measurement: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., operator: _Optional[_Union[_forward_operator_pb2.ForwardOperator, _Mapping]] = ..., include_latent: bool = ..., include_decoded_mean: bool = ...) -> None: ...

class EstimateSeverityResponse(_message.Message):
    __slots__ = ["decoded_mean", "latent", "mean_residual", "notices", "operator", "severity", "severity_reliable", "start_timestep"]
    DECODED_MEAN_FIELD_NUMBER: _ClassVar[int]
    LATENT_FIELD_NUMBER: _ClassVar[int]
    MEAN_RESIDUAL_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_RELIABLE_FIELD_NUMBER: _ClassVar[int]
    START_TIMESTEP_FIELD_NUMBER: _ClassVar[int]
    decoded_mean: _picture_pb2.Picture
    latent: _tensor_pb2.Tensor
    mean_residual: float
    notices: _containers.RepeatedCompositeFieldContainer[_reconstruction_events_pb2.Notice]
    operator: _forward_operator_pb2.ResolvedOperator
    severity: float
    severity_reliable: bool
    start_timestep: int
    def __init__(self, severity: _Optional[float] = ..., start_timestep: _Optional[int] = ..., severity_reliable: bool = ..., notices: _Optional[_Iterable[_Union[_reconstruction_events_pb2.Notice, _Mapping]]] = ..., latent: _Optional[_Union[_tensor_pb2.Tensor, _Mapping]] = ..., decoded_mean: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., mean_residual: _Optional[float] = ..., operator: _Optional[_Union[_forward_operator_pb2.ResolvedOperator, _Mapping]] = ...) -> None: ...

class GetReconstructionRequest(_message.Message):
    __slots__ = ["format", "request_id", "wait"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    format: _picture_pb2.PictureFormat
    request_id: str
    wait: _duration_pb2.Duration
    def __init__(self, request_id: _Optional[str] = ..., wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., format: _Optional[_Union[_picture_pb2.PictureFormat, str]] = ...) -> None: ...

class GetReconstructionResponse(_message.Message):
    __slots__ = ["accepted", "expire_time", "failure", "progress", "request_id", "result", "state"]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    accepted: _reconstruction_events_pb2.Accepted
    expire_time: _timestamp_pb2.Timestamp
    failure: _reconstruction_state_pb2.ReconstructionFailure
    progress: _reconstruction_events_pb2.Progress
    request_id: str
    result: _reconstruction_events_pb2.Result
    state: _reconstruction_state_pb2.ReconstructionState
    def __init__(self, request_id: _Optional[str] = ..., state: _Optional[_Union[_reconstruction_state_pb2.ReconstructionState, str]] = ..., accepted: _Optional[_Union[_reconstruction_events_pb2.Accepted, _Mapping]] = ..., progress: _Optional[_Union[_reconstruction_events_pb2.Progress, _Mapping]] = ..., result: _Optional[_Union[_reconstruction_events_pb2.Result, _Mapping]] = ..., failure: _Optional[_Union[_reconstruction_state_pb2.ReconstructionFailure, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReconstructRequest(_message.Message):
    __slots__ = ["adaptation", "compatibility", "measurement", "mode", "model", "model_version", "on_disconnect", "operator", "output", "progress", "request_id", "result_lifetime", "resume_from", "sampling", "scheduling", "seed", "solver"]
    ADAPTATION_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENT_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    ON_DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    RESUME_FROM_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    SCHEDULING_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SOLVER_FIELD_NUMBER: _ClassVar[int]
    adaptation: _reconstruction_options_pb2.Adaptation
    compatibility: _reconstruction_options_pb2.Compatibility
    measurement: _picture_pb2.Picture
    mode: _scheduling_pb2.ComputeMode
    model: str
    model_version: str
    on_disconnect: _resume_pb2.OnDisconnect
    operator: _forward_operator_pb2.ForwardOperator
    output: _reconstruction_options_pb2.OutputOptions
    progress: _reconstruction_options_pb2.ProgressOptions
    request_id: str
    result_lifetime: _duration_pb2.Duration
    resume_from: _resume_pb2.ResumeFrom
    sampling: _reconstruction_options_pb2.Sampling
    scheduling: _scheduling_pb2.Scheduling
    seed: int
    solver: _reconstruction_options_pb2.SolverChoice
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., measurement: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., operator: _Optional[_Union[_forward_operator_pb2.ForwardOperator, _Mapping]] = ..., solver: _Optional[_Union[_reconstruction_options_pb2.SolverChoice, _Mapping]] = ..., adaptation: _Optional[_Union[_reconstruction_options_pb2.Adaptation, _Mapping]] = ..., sampling: _Optional[_Union[_reconstruction_options_pb2.Sampling, _Mapping]] = ..., seed: _Optional[int] = ..., progress: _Optional[_Union[_reconstruction_options_pb2.ProgressOptions, _Mapping]] = ..., output: _Optional[_Union[_reconstruction_options_pb2.OutputOptions, _Mapping]] = ..., compatibility: _Optional[_Union[_reconstruction_options_pb2.Compatibility, str]] = ..., request_id: _Optional[str] = ..., on_disconnect: _Optional[_Union[_resume_pb2.OnDisconnect, str]] = ..., result_lifetime: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., resume_from: _Optional[_Union[_resume_pb2.ResumeFrom, _Mapping]] = ..., scheduling: _Optional[_Union[_scheduling_pb2.Scheduling, _Mapping]] = ..., mode: _Optional[_Union[_scheduling_pb2.ComputeMode, str]] = ...) -> None: ...

class ReconstructResponse(_message.Message):
    __slots__ = ["accepted", "progress", "result", "sequence"]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    accepted: _reconstruction_events_pb2.Accepted
    progress: _reconstruction_events_pb2.Progress
    result: _reconstruction_events_pb2.Result
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., accepted: _Optional[_Union[_reconstruction_events_pb2.Accepted, _Mapping]] = ..., progress: _Optional[_Union[_reconstruction_events_pb2.Progress, _Mapping]] = ..., result: _Optional[_Union[_reconstruction_events_pb2.Result, _Mapping]] = ...) -> None: ...
