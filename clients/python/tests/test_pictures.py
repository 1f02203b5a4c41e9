"""Pictures, masks and tensors without a server."""

import io
import tempfile
import unittest
import zlib
from pathlib import Path

import grpc
import numpy as np
from PIL import Image

from flashdiffusion import FlashError, Picture
from flashdiffusion.pictures import mask_message, to_message
from flashdiffusion.tensors import from_tensor, to_tensor
from flashdiffusion.v1 import tensor_pb2


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class PicturesTests(unittest.TestCase):
    def setUp(self) -> None:
        self.bytes = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)

    def test_float_array_is_sent_unclipped_channels_first(self) -> None:
        array = np.linspace(-0.5, 1.5, 5 * 7 * 3, dtype=np.float32).reshape(5, 7, 3)
        message = to_message(array)
        self.assertEqual([3, 5, 7], list(message.tensor.shape))
        np.testing.assert_array_equal(array, Picture(message).array)

    def test_double_becomes_float32_and_bytes_stay_bytes(self) -> None:
        self.assertEqual(tensor_pb2.DATA_TYPE_FLOAT32, to_message(np.zeros((4, 4, 3))).tensor.data_type)
        message = to_message(self.bytes)
        self.assertEqual(tensor_pb2.DATA_TYPE_UINT8, message.tensor.data_type)
        np.testing.assert_allclose(self.bytes / 255, Picture(message).array, atol=1e-6)

    def test_grey_array_becomes_three_equal_channels(self) -> None:
        array = Picture(to_message(np.full((4, 6), 0.25, np.float32))).array
        self.assertEqual((4, 6, 3), array.shape)
        self.assertTrue((array == 0.25).all())

    def test_channels_first_array_is_refused_with_its_shape(self) -> None:
        with self.assertRaisesRegex(ValueError, r"\(3, 8, 8\)"):
            to_message(np.zeros((3, 8, 8)))

    def test_path_bytes_and_image_are_the_same_picture(self) -> None:
        image = Image.fromarray(self.bytes)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "p.png"
            path.write_bytes(png(image))
            for source in (path, str(path), path.read_bytes(), image):
                np.testing.assert_array_equal(self.bytes, np.asarray(Picture(to_message(source)).image))

    def test_picture_is_sent_back_as_it_came(self) -> None:
        message = to_message(self.bytes)
        self.assertIs(message, to_message(Picture(message)))

    def test_save_keeps_the_file_where_the_ending_fits_and_converts_where_not(self) -> None:
        encoded = png(Image.fromarray(self.bytes))
        picture = Picture(to_message(encoded))
        with tempfile.TemporaryDirectory() as folder:
            picture.save(Path(folder) / "same.png")
            picture.save(Path(folder) / "other.webp")
            self.assertEqual(encoded, (Path(folder) / "same.png").read_bytes())
            with Image.open(Path(folder) / "other.webp") as converted:
                self.assertEqual("WEBP", converted.format)

    def test_boolean_mask_keeps_where_true(self) -> None:
        message = mask_message(np.array([[True, False]]))
        self.assertEqual([[255, 0]], from_tensor(message.tensor).tolist())
        with self.assertRaisesRegex(ValueError, "height, width"):
            mask_message(np.zeros((2, 2, 3)))

    def test_half_precision_survives(self) -> None:
        array = np.array([[0.5, -2.0]], np.float16)
        tensor = to_tensor(array)
        self.assertEqual(4, len(tensor.data))
        np.testing.assert_array_equal(array, from_tensor(tensor))

    def test_damaged_tensor_is_data_loss(self) -> None:
        tensor = to_tensor(np.array([1, 2], np.float32))
        tensor.crc32 = zlib.crc32(tensor.data)
        np.testing.assert_array_equal([1, 2], from_tensor(tensor))
        tensor.data = bytes(8)
        with self.assertRaises(FlashError) as caught:
            from_tensor(tensor)
        self.assertEqual(grpc.StatusCode.DATA_LOSS, caught.exception.code)

    def test_bytes_that_do_not_fill_the_shape_are_refused(self) -> None:
        with self.assertRaises(ValueError):
            from_tensor(tensor_pb2.Tensor(shape=[2, 2], data=b"123"))
