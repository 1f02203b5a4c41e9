from flashdiffusion.v1 import parameter_pb2 as _parameter_pb2
from flashdiffusion.v1 import picture_pb2 as _picture_pb2
from flashdiffusion.v1 import tensor_pb2 as _tensor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

ADAPTATION_MODE_AUTO: AdaptationMode
ADAPTATION_MODE_FIXED: AdaptationMode
ADAPTATION_MODE_FULL: AdaptationMode
ADAPTATION_MODE_UNSPECIFIED: AdaptationMode
COMPATIBILITY_OFFICIAL: Compatibility
COMPATIBILITY_STANDARD: Compatibility
COMPATIBILITY_UNSPECIFIED: Compatibility
DESCRIPTOR: _descriptor.FileDescriptor
PREVIEW_KIND_CHEAP: PreviewKind
PREVIEW_KIND_DECODED: PreviewKind
PREVIEW_KIND_NONE: PreviewKind
PREVIEW_KIND_UNSPECIFIED: PreviewKind
SAMPLER_DDIM: Sampler
SAMPLER_DDPM: Sampler
SAMPLER_UNSPECIFIED: Sampler
START_MODE_DDIM_INVERSION: StartMode
START_MODE_NOISE: StartMode
START_MODE_UNSPECIFIED: StartMode

class Adaptation(_message.Message):
    __slots__ = ["correction", "mode", "severity", "severity_multiplier", "start_mode", "start_timestep"]
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    START_MODE_FIELD_NUMBER: _ClassVar[int]
    START_TIMESTEP_FIELD_NUMBER: _ClassVar[int]
    correction: float
    mode: AdaptationMode
    severity: float
    severity_multiplier: float
    start_mode: StartMode
    start_timestep: int
    def __init__(self, mode: _Optional[_Union[AdaptationMode, str]] = ..., start_timestep: _Optional[int] = ..., severity: _Optional[float] = ..., correction: _Optional[float] = ..., severity_multiplier: _Optional[float] = ..., start_mode: _Optional[_Union[StartMode, str]] = ...) -> None: ...

class OutputOptions(_message.Message):
    __slots__ = ["format", "include_latent"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_LATENT_FIELD_NUMBER: _ClassVar[int]
    format: _picture_pb2.PictureFormat
    include_latent: bool
    def __init__(self, format: _Optional[_Union[_picture_pb2.PictureFormat, str]] = ..., include_latent: bool = ...) -> None: ...

class ProgressOptions(_message.Message):
    __slots__ = ["checkpoint_every_steps", "every_steps", "include_decoded_mean", "include_latent", "latent_data_type", "preview", "preview_format", "preview_size"]
    CHECKPOINT_EVERY_STEPS_FIELD_NUMBER: _ClassVar[int]
    EVERY_STEPS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DECODED_MEAN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_LATENT_FIELD_NUMBER: _ClassVar[int]
    LATENT_DATA_TYPE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FORMAT_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_SIZE_FIELD_NUMBER: _ClassVar[int]
    checkpoint_every_steps: int
    every_steps: int
    include_decoded_mean: bool
    include_latent: bool
    latent_data_type: _tensor_pb2.DataType
    preview: PreviewKind
    preview_format: _picture_pb2.PictureFormat
    preview_size: int
    def __init__(self, every_steps: _Optional[int] = ..., include_latent: bool = ..., latent_data_type: _Optional[_Union[_tensor_pb2.DataType, str]] = ..., preview: _Optional[_Union[PreviewKind, str]] = ..., preview_format: _Optional[_Union[_picture_pb2.PictureFormat, str]] = ..., preview_size: _Optional[int] = ..., include_decoded_mean: bool = ..., checkpoint_every_steps: _Optional[int] = ...) -> None: ...

class Sampling(_message.Message):
    __slots__ = ["ddim_eta", "ddim_steps", "sampler"]
    DDIM_ETA_FIELD_NUMBER: _ClassVar[int]
    DDIM_STEPS_FIELD_NUMBER: _ClassVar[int]
    SAMPLER_FIELD_NUMBER: _ClassVar[int]
    ddim_eta: float
    ddim_steps: int
    sampler: Sampler
    def __init__(self, sampler: _Optional[_Union[Sampler, str]] = ..., ddim_steps: _Optional[int] = ..., ddim_eta: _Optional[float] = ...) -> None: ...

class SolverChoice(_message.Message):
    __slots__ = ["name", "parameters"]
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _parameter_pb2.ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_parameter_pb2.ParameterValue, _Mapping]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    parameters: _containers.MessageMap[str, _parameter_pb2.ParameterValue]
    def __init__(self, name: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _parameter_pb2.ParameterValue]] = ...) -> None: ...

class AdaptationMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class StartMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Sampler(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class PreviewKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Compatibility(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
