"""NumPy arrays as tensors of the contract, and back."""

from __future__ import annotations

import zlib
from typing import Any, Final

import grpc
import numpy as np
from numpy.typing import NDArray

from flashdiffusion.errors import FlashError
from flashdiffusion.v1 import tensor_pb2

Array = NDArray[Any]

_ELEMENTS: Final[dict[int, "np.dtype[Any]"]] = {
    tensor_pb2.DATA_TYPE_UNSPECIFIED: np.dtype("<f4"),
    tensor_pb2.DATA_TYPE_FLOAT32: np.dtype("<f4"),
    tensor_pb2.DATA_TYPE_FLOAT16: np.dtype("<f2"),
    tensor_pb2.DATA_TYPE_UINT8: np.dtype("u1"),
}


def to_tensor(array: Array) -> tensor_pb2.Tensor:
    """An array as a tensor: uint8 and float16 stay what they are, all else becomes float32."""
    kind = {np.dtype("u1"): tensor_pb2.DATA_TYPE_UINT8, np.dtype("<f2"): tensor_pb2.DATA_TYPE_FLOAT16}.get(
        array.dtype, tensor_pb2.DATA_TYPE_FLOAT32
    )
    data = np.ascontiguousarray(array, dtype=_ELEMENTS[kind])
    return tensor_pb2.Tensor(data_type=kind, shape=list(data.shape), data=data.tobytes())


def from_tensor(tensor: tensor_pb2.Tensor) -> Array:
    """A tensor as an array of its own element type and shape.

    Raises FlashError (DATA_LOSS) if it was damaged on its way, ValueError if the bytes do not fill the shape.
    """
    check(tensor)
    element = _ELEMENTS[tensor.data_type]
    return np.frombuffer(tensor.data, dtype=element).reshape(tuple(tensor.shape))


def check(tensor: tensor_pb2.Tensor) -> None:
    """Raises FlashError (DATA_LOSS) if a tensor was damaged on its way."""
    if tensor.HasField("crc32") and zlib.crc32(tensor.data) != tensor.crc32:
        raise FlashError("A tensor was damaged on its way: its checksum does not fit.", grpc.StatusCode.DATA_LOSS)
