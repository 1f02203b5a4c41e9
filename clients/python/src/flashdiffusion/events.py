"""Events of a reconstruction: one Accepted, then Progress, then one Result. Where a break makes it begin again with another plan, another Accepted
comes, and its Progress from step 1 on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

from flashdiffusion.pictures import Picture
from flashdiffusion.tensors import Array, from_tensor
from flashdiffusion.v1 import picture_pb2, reconstruction_events_pb2, reconstruction_pb2, tensor_pb2


@dataclass(frozen=True)
class Notice:
    """Something that the caller should know: a clamped severity, a fallback, a preset that was applied."""

    code: str
    message: str


@dataclass(frozen=True)
class Accepted:
    """First event: what will be done, known before the first step."""

    severity: float | None
    """Predicted error variance of the latent; None with a full start."""
    severity_reliable: bool
    start_timestep: int
    total_steps: int
    eta: float | None
    """Seconds until the result, queueing included; None until the server has measured such steps."""
    steps_ahead: int
    seed: int
    model: str
    model_version: str
    solver: str
    solver_version: str
    adaptation: str
    notices: tuple[Notice, ...]
    decoded_mean: Picture | None
    message: reconstruction_events_pb2.Accepted
    """The message of the contract with every field."""


@dataclass(frozen=True)
class Progress:
    """Where the reconstruction stands."""

    step: int
    total_steps: int
    """As of now: fewer than Accepted said where a deadline took more away since."""
    timestep: int
    eta: float | None
    residual: float | None
    """||y - A(x0)|| on [-1, 1]; None if the step did not compute it."""
    skipped: int
    """Progress events that were replaced by newer ones so far because this reader was slow."""
    latent: Array | None
    """z_t, (channels, height, width)."""
    preview: Picture | None
    message: reconstruction_events_pb2.Progress


@dataclass(frozen=True)
class Result:
    """Last event: the picture."""

    picture: Picture
    latent: Array | None
    seed: int
    cost: reconstruction_events_pb2.Cost
    residual: float | None
    """||y - A(x)||^2 / (m (2 noise_std)^2): near 1 if it explains the measurement up to its noise."""
    notices: tuple[Notice, ...]
    """What became different from what Accepted said, such as TRAJECTORY_SHORTENED."""
    message: reconstruction_events_pb2.Result


Event = Union[Accepted, Progress, Result]


def from_response(response: reconstruction_pb2.ReconstructResponse) -> Event | None:
    """The event of a response; None for one that a newer server added and this client does not know."""
    kind = response.WhichOneof("event")
    if kind == "accepted":
        return _accepted(response.accepted)
    if kind == "progress":
        return _progress(response.progress)
    return _result(response.result) if kind == "result" else None


def notices(messages: Any) -> tuple[Notice, ...]:
    """Notices of an answer."""
    return tuple(Notice(message.code, message.message) for message in messages)


def picture(message: Any, name: str) -> Picture | None:
    """An optional picture of an answer."""
    value: picture_pb2.Picture = getattr(message, name)
    return Picture(value) if value.WhichOneof("content") else None


def _accepted(message: reconstruction_events_pb2.Accepted) -> Accepted:
    return Accepted(
        severity=_optional(message, "severity"),
        severity_reliable=message.severity_reliable,
        start_timestep=message.start_timestep,
        total_steps=message.total_steps,
        eta=_seconds(message, "eta"),
        steps_ahead=message.steps_ahead,
        seed=message.seed,
        model=message.model,
        model_version=message.model_version,
        solver=message.solver,
        solver_version=message.solver_version,
        adaptation=message.adaptation,
        notices=notices(message.notices),
        decoded_mean=picture(message, "decoded_mean"),
        message=message,
    )


def _progress(message: reconstruction_events_pb2.Progress) -> Progress:
    return Progress(
        step=message.step,
        total_steps=message.total_steps,
        timestep=message.timestep,
        eta=_seconds(message, "eta"),
        residual=_optional(message, "residual"),
        skipped=message.skipped,
        latent=_latent(message.latent),
        preview=picture(message, "preview"),
        message=message,
    )


def _result(message: reconstruction_events_pb2.Result) -> Result:
    return Result(
        picture=Picture(message.picture),
        latent=_latent(message.latent),
        seed=message.seed,
        cost=message.cost,
        residual=_optional(message, "residual"),
        notices=notices(message.notices),
        message=message,
    )


def _latent(tensor: tensor_pb2.Tensor) -> Array | None:
    return from_tensor(tensor) if tensor.data else None


def _optional(message: Any, name: str) -> float | None:
    return getattr(message, name) if message.HasField(name) else None


def _seconds(message: Any, name: str) -> float | None:
    return getattr(message, name).ToTimedelta().total_seconds() if message.HasField(name) else None
