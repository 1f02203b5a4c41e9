"""Everything about a reconstruction that has a default."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from flashdiffusion.choice import choice
from flashdiffusion.operators import Operator, Parameters, to_parameters
from flashdiffusion.pictures import PictureSource, to_message
from flashdiffusion.v1 import picture_pb2, reconstruction_options_pb2 as wire, reconstruction_pb2, resume_pb2, scheduling_pb2, tensor_pb2

PictureFormat = Literal["png", "png16", "jpeg", "webp", "tensor"]
_FORMATS = {
    "png": picture_pb2.PICTURE_FORMAT_PNG,
    "png16": picture_pb2.PICTURE_FORMAT_PNG16,
    "jpeg": picture_pb2.PICTURE_FORMAT_JPEG,
    "webp": picture_pb2.PICTURE_FORMAT_WEBP,
    "tensor": picture_pb2.PICTURE_FORMAT_TENSOR,
}
_STARTS = {"auto": wire.ADAPTATION_MODE_AUTO, "full": wire.ADAPTATION_MODE_FULL}
_PREVIEWS = {"none": wire.PREVIEW_KIND_NONE, "cheap": wire.PREVIEW_KIND_CHEAP, "decoded": wire.PREVIEW_KIND_DECODED}
_TYPES = {"float32": tensor_pb2.DATA_TYPE_FLOAT32, "float16": tensor_pb2.DATA_TYPE_FLOAT16}


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a picture is reconstructed; what is left out is the server's default."""

    model: str = ""
    model_version: str = ""
    solver: str = ""
    solver_parameters: Parameters = field(default_factory=dict)
    start: Literal["auto", "full"] = "auto"
    """auto: severity decides, or what a start_timestep or severity fixes; full: from pure noise."""
    start_timestep: int | None = None
    severity: float | None = None
    correction: float | None = None
    """Noise correction c, 0 to 2: more gives more texture, less more fidelity."""
    severity_multiplier: float | None = None
    ddim_inversion: bool = False
    ddim_steps: int | None = None
    """Points of the DDIM grid over the whole schedule; None means the sampler of the preset, if it has one, else DDPM."""
    ddim_eta: float = 0.0
    """Noise of the DDIM steps, 0 to 1; with ddim_steps only."""
    ddpm: bool = False
    """Every timestep from the start down, also where the solver's preset has a DDIM grid."""
    seed: int | None = None
    every_steps: int = 0
    """A progress event every so many steps; 0 means about twenty in all."""
    latents: bool = False
    latent_dtype: Literal["float32", "float16"] = "float32"
    preview: Literal["none", "cheap", "decoded"] = "none"
    preview_size: int = 0
    decoded_mean: bool = False
    """Whether the first event carries the decoded mean of the severity encoder."""
    picture_format: PictureFormat = "png"
    result_latent: bool = False
    official: bool = False
    """The research code's formulas, faults included."""
    exact: bool = False
    """The same bits whatever else the server does, and so after a resume; slower while few requests run."""
    time_limit: float | None = None
    """Seconds from acceptance to the result; where the whole trajectory would take longer, a shorter one is taken, and the first event says so."""
    max_network_calls: int | None = None
    """Most evaluations of the network, for a shorter trajectory likewise."""
    request_id: str = ""
    """Name of the reconstruction for ``fetch`` and ``cancel``; empty means one that the client makes up (``run.request_id``)."""
    detach: bool = False
    """Work goes on when nobody follows any more: cancelling the run only stops following it, ``client.cancel`` ends it, ``client.fetch`` gets the result."""

    def to_request(self, measurement: PictureSource, operator: Operator | None) -> reconstruction_pb2.ReconstructRequest:
        """The request of the contract."""
        request = reconstruction_pb2.ReconstructRequest(
            model=self.model,
            model_version=self.model_version,
            measurement=to_message(measurement),
            solver=wire.SolverChoice(name=self.solver, parameters=to_parameters(self.solver_parameters)),
            adaptation=self._adaptation(),
            sampling=self._sampling(),
            progress=self._progress(),
            output=wire.OutputOptions(format=choice("picture_format", _FORMATS, self.picture_format), include_latent=self.result_latent),
            compatibility=wire.COMPATIBILITY_OFFICIAL if self.official else wire.COMPATIBILITY_UNSPECIFIED,
            seed=self.seed,
            mode=scheduling_pb2.COMPUTE_MODE_EXACT if self.exact else scheduling_pb2.COMPUTE_MODE_UNSPECIFIED,
            request_id=self.request_id,
            on_disconnect=resume_pb2.ON_DISCONNECT_DETACH if self.detach else resume_pb2.ON_DISCONNECT_UNSPECIFIED,
        )
        if self.max_network_calls is not None:
            request.scheduling.max_network_calls = self.max_network_calls
        if self.time_limit is not None:
            request.scheduling.time_limit.FromNanoseconds(int(self.time_limit * 1e9))
        if operator is not None:
            request.operator.CopyFrom(operator.to_message())
        return request

    def _adaptation(self) -> wire.Adaptation:
        fixed = self.start_timestep is not None or self.severity is not None
        mode = choice("start", _STARTS, self.start)
        if self.start_timestep is not None and self.severity is not None:
            raise ValueError("Give start_timestep or severity, not both: one of them fixes the start.")
        if fixed and mode == wire.ADAPTATION_MODE_FULL:
            raise ValueError('Give start="full" or a start_timestep or severity, not both: those fix another start.')
        return wire.Adaptation(
            mode=wire.ADAPTATION_MODE_FIXED if fixed else mode,
            start_timestep=self.start_timestep,
            severity=self.severity,
            correction=self.correction,
            severity_multiplier=self.severity_multiplier,
            start_mode=wire.START_MODE_DDIM_INVERSION if self.ddim_inversion else wire.START_MODE_UNSPECIFIED,
        )

    def _sampling(self) -> wire.Sampling:
        if self.ddpm:
            if self.ddim_steps is not None or self.ddim_eta:
                raise ValueError("Give ddpm or ddim_steps and ddim_eta, not both: those are of another sampler.")
            return wire.Sampling(sampler=wire.SAMPLER_DDPM)
        if self.ddim_steps is None:
            if self.ddim_eta:
                raise ValueError("Give ddim_steps with ddim_eta: without them the sampler is DDPM, which has no eta.")
            return wire.Sampling()
        return wire.Sampling(sampler=wire.SAMPLER_DDIM, ddim_steps=self.ddim_steps, ddim_eta=self.ddim_eta)

    def _progress(self) -> wire.ProgressOptions:
        latent_type = choice("latent_dtype", _TYPES, self.latent_dtype)
        return wire.ProgressOptions(
            every_steps=self.every_steps,
            include_latent=self.latents,
            latent_data_type=latent_type if self.latents else tensor_pb2.DATA_TYPE_UNSPECIFIED,
            preview=choice("preview", _PREVIEWS, self.preview),
            preview_size=self.preview_size,
            include_decoded_mean=self.decoded_mean,
        )
