"""Pictures in and out: files, bytes, Pillow images and NumPy arrays."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Union

import numpy as np
from PIL import Image

from flashdiffusion.tensors import Array, from_tensor, to_tensor
from flashdiffusion.v1 import picture_pb2


class Picture:
    """A picture of an answer, decoded only when it is looked at."""

    def __init__(self, message: picture_pb2.Picture) -> None:
        self._message = message

    @property
    def message(self) -> picture_pb2.Picture:
        """The message of the contract; send it back as it is, without a loss."""
        return self._message

    @property
    def encoded(self) -> bytes | None:
        """The file that the server sent (PNG, JPEG or WebP); None if it sent numbers."""
        return bytes(self._message.encoded) if self._message.WhichOneof("content") == "encoded" else None

    @property
    def image(self) -> Image.Image:
        """The picture as a Pillow image in RGB, clipped to what can be shown."""
        if self._message.WhichOneof("content") == "encoded":
            return Image.open(io.BytesIO(self._message.encoded)).convert("RGB")
        return Image.fromarray((np.clip(self.array, 0, 1) * 255 + 0.5).astype(np.uint8))

    @property
    def array(self) -> Array:
        """The picture as (height, width, 3), float32; in [0, 1] unless it is an unclipped measurement."""
        if self._message.WhichOneof("content") == "encoded":
            return np.asarray(self.image, dtype=np.float32) / np.float32(255)
        tensor = from_tensor(self._message.tensor)
        scale = 255 if tensor.dtype == np.uint8 else 1
        return np.moveaxis(tensor, 0, -1).astype(np.float32) / np.float32(scale)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the picture: the server's own file where the ending fits it, else through Pillow."""
        target = Path(path)
        encoded = self.encoded
        if encoded is not None and Image.open(io.BytesIO(encoded)).format == Image.registered_extensions().get(target.suffix.lower()):
            target.write_bytes(encoded)
        else:
            self.image.save(target)


PictureSource = Union[str, "os.PathLike[str]", bytes, Image.Image, Array, Picture, picture_pb2.Picture]
"""What can be sent: a path, the bytes of a file, a Pillow image, an array, or a picture of an answer."""


def to_message(source: PictureSource) -> picture_pb2.Picture:
    """A picture as the contract wants it.

    Arrays are (height, width, 3) or (height, width): uint8, or floating point on [0, 1], which is sent unclipped as it is,
    because clipping a measurement would break its noise model. Paths and bytes are sent as the file that they are.
    """
    if isinstance(source, Picture):
        return source.message
    if isinstance(source, picture_pb2.Picture):
        return source
    if isinstance(source, bytes):
        return picture_pb2.Picture(encoded=source)
    if isinstance(source, Image.Image):
        buffer = io.BytesIO()
        source.save(buffer, format="PNG")
        return picture_pb2.Picture(encoded=buffer.getvalue())
    if isinstance(source, np.ndarray):
        return picture_pb2.Picture(tensor=to_tensor(_channels_first(source)))
    return picture_pb2.Picture(encoded=Path(source).read_bytes())


def mask_message(source: PictureSource) -> picture_pb2.Picture:
    """A mask: an array is (height, width), 0 or False removes a pixel, 1 or True keeps it; pictures as in to_message."""
    if isinstance(source, np.ndarray):
        if source.ndim != 2:
            raise ValueError(f"A mask has the shape (height, width), but this one is {source.shape}.")
        values = source.astype(np.uint8) * 255 if source.dtype == np.bool_ else source
        return picture_pb2.Picture(tensor=to_tensor(values))
    return to_message(source)


def _channels_first(array: Array) -> Array:
    if array.ndim == 2:
        array = np.repeat(array[:, :, np.newaxis], 3, axis=2)
    if array.ndim != 3 or array.shape[2] != 3:
        raise ValueError(f"A picture has the shape (height, width, 3) or (height, width), but this one is {array.shape}.")
    return np.moveaxis(array, -1, 0)
