"""What options become, without a server: what would silently be a default is refused."""

import unittest

from flashdiffusion import Operator, Options
from flashdiffusion.v1 import forward_operator_pb2, picture_pb2, reconstruction_options_pb2 as wire, reconstruction_pb2, tensor_pb2


def request(**options: object) -> reconstruction_pb2.ReconstructRequest:
    return Options(**options).to_request(b"a file", None)


class OptionsTests(unittest.TestCase):
    def test_a_word_that_an_option_does_not_have_is_refused_with_those_that_it_has(self) -> None:
        for option, word, words in (
            ("start", "Full", "auto, full"),
            ("preview", "chaep", "none, cheap, decoded"),
            ("picture_format", "gif", "png, png16, jpeg, webp, tensor"),
            ("latent_dtype", "half", "float32, float16"),
        ):
            with self.subTest(option), self.assertRaisesRegex(ValueError, f"^{option} must be {words}, but is '{word}'"):
                request(**{option: word})
        with self.assertRaisesRegex(ValueError, "^noise_range must be unit, signed, but is 'Signed'"):
            Operator("denoising", noise_range="Signed").to_message()

    def test_words_become_what_they_say(self) -> None:
        made = request(start="full", preview="cheap", picture_format="webp", latents=True, latent_dtype="float16")
        self.assertEqual(wire.ADAPTATION_MODE_FULL, made.adaptation.mode)
        self.assertEqual(wire.PREVIEW_KIND_CHEAP, made.progress.preview)
        self.assertEqual(picture_pb2.PICTURE_FORMAT_WEBP, made.output.format)
        self.assertEqual(tensor_pb2.DATA_TYPE_FLOAT16, made.progress.latent_data_type)
        self.assertEqual(forward_operator_pb2.NOISE_RANGE_SIGNED, Operator("denoising", noise_range="signed").to_message().noise_range)

    def test_what_would_be_dropped_is_refused(self) -> None:
        for options, words in (
            ({"ddim_eta": 0.5}, "ddim_steps"),
            ({"ddpm": True, "ddim_steps": 50}, "ddpm or ddim_steps"),
            ({"ddpm": True, "ddim_eta": 0.5}, "ddpm or ddim_steps"),
            ({"start": "full", "severity": 0.1}, "severity"),
            ({"start": "full", "start_timestep": 10}, "start_timestep"),
        ):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                request(**options)
        fixed = request(start_timestep=10, ddim_steps=50, ddim_eta=0.5)
        self.assertEqual((wire.ADAPTATION_MODE_FIXED, 10), (fixed.adaptation.mode, fixed.adaptation.start_timestep))
        self.assertEqual((50, 0.5), (fixed.sampling.ddim_steps, fixed.sampling.ddim_eta))

    def test_ddpm_is_said_only_where_it_is_asked_for(self) -> None:
        # What says nothing takes the sampler of the solver's preset.
        self.assertEqual(wire.SAMPLER_UNSPECIFIED, request().sampling.sampler)
        self.assertEqual(wire.SAMPLER_DDPM, request(ddpm=True).sampling.sampler)
