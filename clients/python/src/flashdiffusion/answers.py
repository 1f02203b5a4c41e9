"""Answers of the unary calls."""

from __future__ import annotations

from dataclasses import dataclass

from flashdiffusion import events
from flashdiffusion.operators import Operator
from flashdiffusion.pictures import Picture, PictureSource, to_message
from flashdiffusion.tensors import Array, from_tensor
from flashdiffusion.v1 import reconstruction_pb2


@dataclass(frozen=True)
class Severity:
    """What the severity encoder says of a measurement."""

    severity: float
    """Predicted error variance of the latent."""
    start_timestep: int
    """Where a reconstruction would start."""
    reliable: bool
    notices: tuple[events.Notice, ...]
    latent: Array | None
    decoded_mean: Picture | None
    mean_residual: float | None

    @staticmethod
    def request(
        measurement: PictureSource, operator: Operator, model: str, include_latent: bool, include_decoded_mean: bool
    ) -> reconstruction_pb2.EstimateSeverityRequest:
        return reconstruction_pb2.EstimateSeverityRequest(
            model=model,
            measurement=to_message(measurement),
            operator=operator.to_message(),
            include_latent=include_latent,
            include_decoded_mean=include_decoded_mean,
        )

    @staticmethod
    def from_message(message: reconstruction_pb2.EstimateSeverityResponse) -> Severity:
        return Severity(
            severity=message.severity,
            start_timestep=message.start_timestep,
            reliable=message.severity_reliable,
            notices=events.notices(message.notices),
            latent=from_tensor(message.latent) if message.latent.data else None,
            decoded_mean=events.picture(message, "decoded_mean"),
            mean_residual=message.mean_residual if message.HasField("mean_residual") else None,
        )


@dataclass(frozen=True)
class Degraded:
    """A clean picture, degraded on the server."""

    measurement: Picture
    """The unclipped measurement: send it to reconstruct as it is."""
    preview: Picture
    clean: Picture
    """The clean picture as the server used it (cropped)."""
    seed: int

    @staticmethod
    def request(picture: PictureSource, operator: Operator, seed: int | None, crop: int) -> reconstruction_pb2.DegradeRequest:
        return reconstruction_pb2.DegradeRequest(picture=to_message(picture), operator=operator.to_message(), seed=seed, crop=crop)

    @staticmethod
    def from_message(message: reconstruction_pb2.DegradeResponse) -> Degraded:
        return Degraded(Picture(message.measurement), Picture(message.preview), Picture(message.clean), message.seed)
