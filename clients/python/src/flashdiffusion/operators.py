"""The forward operator that degraded a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Union

from flashdiffusion.pictures import PictureSource, mask_message
from flashdiffusion.v1 import forward_operator_pb2, parameter_pb2

Number = Union[int, float]
Parameters = Mapping[str, Union[Number, str]]


@dataclass(frozen=True)
class Operator:
    """measurement = A(picture) + noise, for example ``Operator("inpainting", {"removed": 0.4})``.

    The catalog (``client.operators()``) lists names and parameters with their ranges and units.
    """

    name: str
    parameters: Parameters = field(default_factory=dict)
    noise_std: float | None = None
    """Standard deviation of the measurement noise for pictures on [0, 1]; None means the server's default of 0.05."""
    seed: int = 0
    """Seed of what is random in the operator itself, such as a mask."""
    mask: PictureSource | None = None
    """A mask of your own, (height, width): 0 removes, 1 keeps."""

    def to_message(self) -> forward_operator_pb2.ForwardOperator:
        message = forward_operator_pb2.ForwardOperator(name=self.name, parameters=to_parameters(self.parameters), seed=self.seed)
        if self.noise_std is not None:
            message.noise_std = self.noise_std
        if self.mask is not None:
            message.mask.CopyFrom(mask_message(self.mask))
        return message


def to_parameters(values: Parameters) -> dict[str, parameter_pb2.ParameterValue]:
    """Numbers and words as the contract wants them."""
    return {
        name: parameter_pb2.ParameterValue(text=value) if isinstance(value, str) else parameter_pb2.ParameterValue(number=value)
        for name, value in values.items()
    }
