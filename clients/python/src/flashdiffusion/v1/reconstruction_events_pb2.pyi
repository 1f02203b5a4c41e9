from flashdiffusion.v1 import forward_operator_pb2 as _forward_operator_pb2
from flashdiffusion.v1 import picture_pb2 as _picture_pb2
from flashdiffusion.v1 import resume_pb2 as _resume_pb2
from flashdiffusion.v1 import scheduling_pb2 as _scheduling_pb2
from flashdiffusion.v1 import tensor_pb2 as _tensor_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Accepted(_message.Message):
    __slots__ = ["adaptation", "checkpoint", "cut", "decoded_mean", "eta", "mean_residual", "model", "model_version", "notices", "operator", "resumed", "seed", "severity", "severity_reliable", "solver", "solver_version", "start_timestep", "steps_ahead", "total_steps"]
    ADAPTATION_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    DECODED_MEAN_FIELD_NUMBER: _ClassVar[int]
    ETA_FIELD_NUMBER: _ClassVar[int]
    MEAN_RESIDUAL_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_RELIABLE_FIELD_NUMBER: _ClassVar[int]
    SOLVER_FIELD_NUMBER: _ClassVar[int]
    SOLVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    START_TIMESTEP_FIELD_NUMBER: _ClassVar[int]
    STEPS_AHEAD_FIELD_NUMBER: _ClassVar[int]
    TOTAL_STEPS_FIELD_NUMBER: _ClassVar[int]
    adaptation: str
    checkpoint: _resume_pb2.Checkpoint
    cut: _scheduling_pb2.Cut
    decoded_mean: _picture_pb2.Picture
    eta: _duration_pb2.Duration
    mean_residual: float
    model: str
    model_version: str
    notices: _containers.RepeatedCompositeFieldContainer[Notice]
    operator: _forward_operator_pb2.ResolvedOperator
    resumed: _resume_pb2.Resumption
    seed: int
    severity: float
    severity_reliable: bool
    solver: str
    solver_version: str
    start_timestep: int
    steps_ahead: int
    total_steps: int
    def __init__(self, severity: _Optional[float] = ..., severity_reliable: bool = ..., start_timestep: _Optional[int] = ..., total_steps: _Optional[int] = ..., eta: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., steps_ahead: _Optional[int] = ..., seed: _Optional[int] = ..., model: _Optional[str] = ..., model_version: _Optional[str] = ..., solver: _Optional[str] = ..., solver_version: _Optional[str] = ..., adaptation: _Optional[str] = ..., notices: _Optional[_Iterable[_Union[Notice, _Mapping]]] = ..., decoded_mean: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., mean_residual: _Optional[float] = ..., resumed: _Optional[_Union[_resume_pb2.Resumption, _Mapping]] = ..., checkpoint: _Optional[_Union[_resume_pb2.Checkpoint, _Mapping]] = ..., cut: _Optional[_Union[_scheduling_pb2.Cut, _Mapping]] = ..., operator: _Optional[_Union[_forward_operator_pb2.ResolvedOperator, _Mapping]] = ...) -> None: ...

class Cost(_message.Message):
    __slots__ = ["compute_time", "decoder_backward", "decoder_forward", "encoder_forward", "full_steps", "queue_time", "severity_encoder", "steps", "unet_backward", "unet_forward"]
    COMPUTE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECODER_BACKWARD_FIELD_NUMBER: _ClassVar[int]
    DECODER_FORWARD_FIELD_NUMBER: _ClassVar[int]
    ENCODER_FORWARD_FIELD_NUMBER: _ClassVar[int]
    FULL_STEPS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_ENCODER_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    UNET_BACKWARD_FIELD_NUMBER: _ClassVar[int]
    UNET_FORWARD_FIELD_NUMBER: _ClassVar[int]
    compute_time: _duration_pb2.Duration
    decoder_backward: int
    decoder_forward: int
    encoder_forward: int
    full_steps: int
    queue_time: _duration_pb2.Duration
    severity_encoder: int
    steps: int
    unet_backward: int
    unet_forward: int
    def __init__(self, steps: _Optional[int] = ..., unet_forward: _Optional[int] = ..., unet_backward: _Optional[int] = ..., decoder_forward: _Optional[int] = ..., decoder_backward: _Optional[int] = ..., encoder_forward: _Optional[int] = ..., severity_encoder: _Optional[int] = ..., queue_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., compute_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., full_steps: _Optional[int] = ...) -> None: ...

class Notice(_message.Message):
    __slots__ = ["code", "message"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ["checkpoint", "eta", "latent", "preview", "residual", "skipped", "step", "timestep", "total_steps"]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    ETA_FIELD_NUMBER: _ClassVar[int]
    LATENT_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    TIMESTEP_FIELD_NUMBER: _ClassVar[int]
    TOTAL_STEPS_FIELD_NUMBER: _ClassVar[int]
    checkpoint: _resume_pb2.Checkpoint
    eta: _duration_pb2.Duration
    latent: _tensor_pb2.Tensor
    preview: _picture_pb2.Picture
    residual: float
    skipped: int
    step: int
    timestep: int
    total_steps: int
    def __init__(self, step: _Optional[int] = ..., total_steps: _Optional[int] = ..., timestep: _Optional[int] = ..., eta: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., residual: _Optional[float] = ..., skipped: _Optional[int] = ..., latent: _Optional[_Union[_tensor_pb2.Tensor, _Mapping]] = ..., preview: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., checkpoint: _Optional[_Union[_resume_pb2.Checkpoint, _Mapping]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ["cost", "latent", "notices", "operator", "picture", "residual", "seed"]
    COST_FIELD_NUMBER: _ClassVar[int]
    LATENT_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    cost: Cost
    latent: _tensor_pb2.Tensor
    notices: _containers.RepeatedCompositeFieldContainer[Notice]
    operator: _forward_operator_pb2.ResolvedOperator
    picture: _picture_pb2.Picture
    residual: float
    seed: int
    def __init__(self, picture: _Optional[_Union[_picture_pb2.Picture, _Mapping]] = ..., latent: _Optional[_Union[_tensor_pb2.Tensor, _Mapping]] = ..., seed: _Optional[int] = ..., cost: _Optional[_Union[Cost, _Mapping]] = ..., residual: _Optional[float] = ..., operator: _Optional[_Union[_forward_operator_pb2.ResolvedOperator, _Mapping]] = ..., notices: _Optional[_Iterable[_Union[Notice, _Mapping]]] = ...) -> None: ...
