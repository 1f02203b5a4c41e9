from flashdiffusion.v1 import forward_operator_pb2 as _forward_operator_pb2
from flashdiffusion.v1 import parameter_pb2 as _parameter_pb2
from flashdiffusion.v1 import reconstruction_options_pb2 as _reconstruction_options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SERVING_STATE_FAILED: ServingState
SERVING_STATE_LOADING: ServingState
SERVING_STATE_READY: ServingState
SERVING_STATE_UNLOADED: ServingState
SERVING_STATE_UNLOADING: ServingState
SERVING_STATE_UNSPECIFIED: ServingState

class ListModelsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ["default_model", "models"]
    DEFAULT_MODEL_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    default_model: str
    models: _containers.RepeatedCompositeFieldContainer[Model]
    def __init__(self, models: _Optional[_Iterable[_Union[Model, _Mapping]]] = ..., default_model: _Optional[str] = ...) -> None: ...

class ListOperatorsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListOperatorsResponse(_message.Message):
    __slots__ = ["operators"]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    operators: _containers.RepeatedCompositeFieldContainer[Operator]
    def __init__(self, operators: _Optional[_Iterable[_Union[Operator, _Mapping]]] = ...) -> None: ...

class ListSolversRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListSolversResponse(_message.Message):
    __slots__ = ["default_solver", "solvers"]
    DEFAULT_SOLVER_FIELD_NUMBER: _ClassVar[int]
    SOLVERS_FIELD_NUMBER: _ClassVar[int]
    default_solver: str
    solvers: _containers.RepeatedCompositeFieldContainer[Solver]
    def __init__(self, solvers: _Optional[_Iterable[_Union[Solver, _Mapping]]] = ..., default_solver: _Optional[str] = ...) -> None: ...

class Model(_message.Message):
    __slots__ = ["description", "downsampling", "latent_channels", "maximum_side", "minimum_side", "name", "picture_multiple", "reason", "severity_encoders", "state", "timesteps", "tuned_parameters", "version"]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DOWNSAMPLING_FIELD_NUMBER: _ClassVar[int]
    LATENT_CHANNELS_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_SIDE_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_SIDE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PICTURE_MULTIPLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_ENCODERS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TIMESTEPS_FIELD_NUMBER: _ClassVar[int]
    TUNED_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    description: str
    downsampling: int
    latent_channels: int
    maximum_side: int
    minimum_side: int
    name: str
    picture_multiple: int
    reason: str
    severity_encoders: _containers.RepeatedCompositeFieldContainer[SeverityEncoder]
    state: ServingState
    timesteps: int
    tuned_parameters: _containers.RepeatedCompositeFieldContainer[TunedParameters]
    version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., state: _Optional[_Union[ServingState, str]] = ..., reason: _Optional[str] = ..., description: _Optional[str] = ..., picture_multiple: _Optional[int] = ..., minimum_side: _Optional[int] = ..., maximum_side: _Optional[int] = ..., latent_channels: _Optional[int] = ..., downsampling: _Optional[int] = ..., timesteps: _Optional[int] = ..., severity_encoders: _Optional[_Iterable[_Union[SeverityEncoder, _Mapping]]] = ..., tuned_parameters: _Optional[_Iterable[_Union[TunedParameters, _Mapping]]] = ...) -> None: ...

class Operator(_message.Message):
    __slots__ = ["description", "is_linear", "measurement_range", "name", "needs_picture_size", "parameters", "reason", "state", "takes_kernel", "takes_mask", "version"]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    IS_LINEAR_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENT_RANGE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NEEDS_PICTURE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TAKES_KERNEL_FIELD_NUMBER: _ClassVar[int]
    TAKES_MASK_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    description: str
    is_linear: bool
    measurement_range: _forward_operator_pb2.MeasurementRange
    name: str
    needs_picture_size: bool
    parameters: _containers.RepeatedCompositeFieldContainer[_parameter_pb2.ParameterDescriptor]
    reason: str
    state: ServingState
    takes_kernel: bool
    takes_mask: bool
    version: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., is_linear: bool = ..., takes_mask: bool = ..., parameters: _Optional[_Iterable[_Union[_parameter_pb2.ParameterDescriptor, _Mapping]]] = ..., version: _Optional[str] = ..., state: _Optional[_Union[ServingState, str]] = ..., reason: _Optional[str] = ..., takes_kernel: bool = ..., needs_picture_size: bool = ..., measurement_range: _Optional[_Union[_forward_operator_pb2.MeasurementRange, str]] = ...) -> None: ...

class SeverityEncoder(_message.Message):
    __slots__ = ["operator", "trained_choices", "trained_ranges"]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    TRAINED_CHOICES_FIELD_NUMBER: _ClassVar[int]
    TRAINED_RANGES_FIELD_NUMBER: _ClassVar[int]
    operator: str
    trained_choices: _containers.RepeatedCompositeFieldContainer[TrainedChoice]
    trained_ranges: _containers.RepeatedCompositeFieldContainer[TrainedRange]
    def __init__(self, operator: _Optional[str] = ..., trained_ranges: _Optional[_Iterable[_Union[TrainedRange, _Mapping]]] = ..., trained_choices: _Optional[_Iterable[_Union[TrainedChoice, _Mapping]]] = ...) -> None: ...

class Solver(_message.Message):
    __slots__ = ["description", "name", "needs_adjoint", "needs_operator", "parameters", "presets", "reason", "state", "version"]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NEEDS_ADJOINT_FIELD_NUMBER: _ClassVar[int]
    NEEDS_OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PRESETS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    description: str
    name: str
    needs_adjoint: bool
    needs_operator: bool
    parameters: _containers.RepeatedCompositeFieldContainer[_parameter_pb2.ParameterDescriptor]
    presets: _containers.RepeatedCompositeFieldContainer[SolverPreset]
    reason: str
    state: ServingState
    version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., state: _Optional[_Union[ServingState, str]] = ..., reason: _Optional[str] = ..., description: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[_parameter_pb2.ParameterDescriptor, _Mapping]]] = ..., needs_operator: bool = ..., needs_adjoint: bool = ..., presets: _Optional[_Iterable[_Union[SolverPreset, _Mapping]]] = ...) -> None: ...

class SolverPreset(_message.Message):
    __slots__ = ["correction", "name", "official_parameters", "parameters", "sampling"]
    class OfficialParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFICIAL_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    correction: float
    name: str
    official_parameters: _containers.ScalarMap[str, float]
    parameters: _containers.ScalarMap[str, float]
    sampling: _reconstruction_options_pb2.Sampling
    def __init__(self, name: _Optional[str] = ..., parameters: _Optional[_Mapping[str, float]] = ..., official_parameters: _Optional[_Mapping[str, float]] = ..., correction: _Optional[float] = ..., sampling: _Optional[_Union[_reconstruction_options_pb2.Sampling, _Mapping]] = ...) -> None: ...

class TrainedChoice(_message.Message):
    __slots__ = ["parameter", "words"]
    PARAMETER_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    parameter: str
    words: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, parameter: _Optional[str] = ..., words: _Optional[_Iterable[str]] = ...) -> None: ...

class TrainedRange(_message.Message):
    __slots__ = ["maximum", "minimum", "parameter"]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_FIELD_NUMBER: _ClassVar[int]
    maximum: float
    minimum: float
    parameter: str
    def __init__(self, parameter: _Optional[str] = ..., minimum: _Optional[float] = ..., maximum: _Optional[float] = ...) -> None: ...

class TunedParameters(_message.Message):
    __slots__ = ["correction", "full_parameters", "operator", "parameters", "preset", "solver"]
    class FullParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    FULL_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    SOLVER_FIELD_NUMBER: _ClassVar[int]
    correction: float
    full_parameters: _containers.ScalarMap[str, float]
    operator: str
    parameters: _containers.ScalarMap[str, float]
    preset: str
    solver: str
    def __init__(self, solver: _Optional[str] = ..., operator: _Optional[str] = ..., parameters: _Optional[_Mapping[str, float]] = ..., full_parameters: _Optional[_Mapping[str, float]] = ..., correction: _Optional[float] = ..., preset: _Optional[str] = ...) -> None: ...

class ServingState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
