"""The forward operator that degraded a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Mapping, Union

from flashdiffusion.choice import choice
from flashdiffusion.pictures import PictureSource, mask_message
from flashdiffusion.tensors import Array, to_tensor
from flashdiffusion.v1 import forward_operator_pb2, parameter_pb2

Number = Union[int, float]
Parameters = Mapping[str, Union[Number, str]]
# Not said is the unit range.
_NOISE_RANGES = {"unit": forward_operator_pb2.NOISE_RANGE_UNSPECIFIED, "signed": forward_operator_pb2.NOISE_RANGE_SIGNED}


@dataclass(frozen=True)
class Operator:
    """measurement = A(picture) + noise, for example ``Operator("inpainting", {"removed": 0.4})``.

    The catalog (``client.operators()``) lists names and parameters with their ranges and units.
    """

    name: str
    parameters: Parameters = field(default_factory=dict)
    noise_std: float | None = None
    """Standard deviation of the measurement noise, for pictures on the range of noise_range; None means the server's default of 0.05 on [0, 1]."""
    noise_range: Literal["unit", "signed"] = "unit"
    """Range of pictures for which noise_std is meant: "unit" is [0, 1] (the paper), "signed" is [-1, 1] (DPS, PSLD, ReSample, DAPS)."""
    seed: int = 0
    """Seed of what is random in the operator itself, such as a mask."""
    mask: PictureSource | None = None
    """A mask of your own, (height, width): 0 removes, 1 keeps."""
    kernel: Array | None = None
    """A blur kernel of your own, (height, width), for an operator that takes one; scaled to sum 1 by the server."""
    picture_size: tuple[int, int] | None = None
    """(height, width) of the picture, where a measurement does not tell it (the catalog says for which operators)."""

    def to_message(self) -> forward_operator_pb2.ForwardOperator:
        message = forward_operator_pb2.ForwardOperator(name=self.name, parameters=to_parameters(self.parameters), seed=self.seed)
        if self.noise_std is not None:
            message.noise_std = self.noise_std
        if self.mask is not None:
            message.mask.CopyFrom(mask_message(self.mask))
        message.noise_range = choice("noise_range", _NOISE_RANGES, self.noise_range)
        if self.kernel is not None:
            message.kernel.CopyFrom(to_tensor(self.kernel))
        if self.picture_size is not None:
            message.picture_size.height, message.picture_size.width = self.picture_size
        return message


def to_parameters(values: Parameters) -> dict[str, parameter_pb2.ParameterValue]:
    """Numbers and words as the contract wants them."""
    return {
        name: parameter_pb2.ParameterValue(text=value) if isinstance(value, str) else parameter_pb2.ParameterValue(number=value)
        for name, value in values.items()
    }
