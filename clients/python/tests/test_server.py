"""Against a real server: FLASHDIFFUSION_ADDRESS names it (host:port); without it these tests skip by name."""

import asyncio
import os
import subprocess
import sys
import tempfile
import unittest
import uuid
from pathlib import Path

import grpc
import numpy as np
from PIL import Image

from flashdiffusion import (
    Accepted,
    AsyncClient,
    Client,
    DeadlineError,
    InvalidRequestError,
    NotFoundError,
    Operator,
    Options,
    Picture,
    Progress,
    Result,
    UnavailableError,
)
from flashdiffusion.resume import ResumePolicy
from flashdiffusion.v1 import reconstruction_state_pb2

SOURCES = str(Path(__file__).resolve().parent.parent / "src")
ADDRESS = os.environ.get("FLASHDIFFUSION_ADDRESS", "")
OPERATOR = Operator("inpainting", {"removed": 0.3}, noise_std=0.05, seed=4)
SHORT = Options(seed=4, start_timestep=5, every_steps=2)


def photograph(side: int = 64) -> Image.Image:
    """A picture with slopes and edges."""
    y, x = np.mgrid[0:side, 0:side] / side
    channels = [x, y, ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.1) * 0.8]
    return Image.fromarray((np.stack(channels, -1) * 255).astype(np.uint8))


@unittest.skipUnless(ADDRESS, "FLASHDIFFUSION_ADDRESS names no server")
class SyncTests(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(ADDRESS)
        self.addCleanup(self.client.close)
        self.degraded = self.client.degrade(photograph(), OPERATOR, seed=4)

    def test_events_come_in_order_with_latents_and_previews(self) -> None:
        options = Options(seed=4, start_timestep=6, every_steps=3, latents=True, preview="cheap", result_latent=True)
        events = list(self.client.reconstruct(self.degraded.measurement, OPERATOR, options))
        self.assertIsInstance(events[0], Accepted)
        self.assertIsInstance(events[-1], Result)
        # What has no latent says only that the server lives.
        steps = [event for event in events if isinstance(event, Progress) and event.latent is not None]
        # A server whose writer comes late conflates events to the newest, and counts them.
        self.assertEqual((7, 3), (steps[-1].step, len(steps) + steps[-1].skipped))
        self.assertEqual((4, 16, 16), steps[0].latent.shape)
        self.assertEqual((64, 64), events[-1].picture.image.size)
        self.assertEqual((4, 16, 16), events[-1].latent.shape)
        self.assertEqual(7, events[-1].cost.unet_forward)

    def test_same_seed_same_picture_and_array_equals_message(self) -> None:
        first = self.client.reconstruct(self.degraded.measurement, OPERATOR, SHORT).result()
        second = self.client.reconstruct(self.degraded.measurement.array, OPERATOR, SHORT).result()
        np.testing.assert_allclose(first.picture.array, second.picture.array, atol=2 / 255)

    def test_severity_is_what_the_reconstruction_starts_from(self) -> None:
        severity = self.client.severity(self.degraded.measurement, OPERATOR, decoded_mean=True, latent=True)
        with self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(seed=1)) as run:
            accepted = next(run)
        self.assertEqual(severity.start_timestep, accepted.start_timestep)
        self.assertEqual(severity.severity, accepted.severity)
        self.assertEqual((64, 64, 3), severity.decoded_mean.array.shape)

    def test_cancel_from_within_ends_the_loop(self) -> None:
        seen = 0
        with self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(start="full", every_steps=1)) as run:
            for _ in run:
                seen += 1
                if seen == 3:
                    run.cancel()
        self.assertLess(seen, 20)

    def test_deadline_raises_deadline_error(self) -> None:
        with self.assertRaises(DeadlineError):
            self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(start="full"), timeout=0.02).result()

    def test_bad_request_names_every_field(self) -> None:
        with self.assertRaises(InvalidRequestError) as caught:
            self.client.reconstruct(self.degraded.measurement, Operator("gaussian_blur", {"std": -1, "sdt": 2})).result()
        fields = {violation.field for violation in caught.exception.violations}
        self.assertLessEqual({"operator.parameters.std", "operator.parameters.sdt"}, fields)
        self.assertIn("std", str(caught.exception))

    def test_unknown_solver_is_not_found(self) -> None:
        with self.assertRaises(NotFoundError) as caught:
            self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(solver="no_such")).result()
        self.assertTrue(caught.exception.reason)

    def test_catalog_lists_models_solvers_operators(self) -> None:
        self.assertIn("starter", [model.name for model in self.client.models().models])
        self.assertIn("latent_dps", [solver.name for solver in self.client.solvers().solvers])
        self.assertIn("inpainting", [operator.name for operator in self.client.operators().operators])

    def test_large_tensor_passes(self) -> None:
        big = self.client.degrade(photograph(512), Operator("denoising", noise_std=0.1), seed=1)
        self.assertEqual((512, 512, 3), big.measurement.array.shape)
        self.assertGreater(big.measurement.message.ByteSize(), 3 * 1024 * 1024)

    def test_detached_work_goes_on_when_left_and_can_be_fetched(self) -> None:
        run = self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(seed=4, start_timestep=30, detach=True, request_id=str(uuid.uuid4())))
        with run:
            next(run)
        answer = self.client.fetch(run.request_id, wait=60)
        self.assertEqual(reconstruction_state_pb2.RECONSTRUCTION_STATE_COMPLETED, answer.state)
        self.assertEqual((64, 64), Picture(answer.result.picture).image.size)

    def test_network_calls_cut_the_trajectory_and_exact_is_exact(self) -> None:
        options = Options(seed=4, start_timestep=40, max_network_calls=3, time_limit=600, exact=True)
        runs = [self.client.reconstruct(self.degraded.measurement, OPERATOR, options) for _ in range(2)]
        results = [run.result() for run in runs]
        self.assertEqual(41, runs[0].accepted.message.cut.steps_without)
        self.assertLessEqual(results[0].cost.unet_forward, 3)
        np.testing.assert_array_equal(results[0].picture.array, results[1].picture.array)

    def test_dead_address_first_goes_on_at_the_live_one(self) -> None:
        with Client(["127.0.0.1:9", ADDRESS], policy=ResumePolicy(first_delay=0.01)) as client:
            run = client.reconstruct(self.degraded.measurement, OPERATOR, SHORT)
            self.assertEqual(4, run.result().seed)
            self.assertEqual(1, run.breaks)
            self.assertTrue(client.models().models)

    def test_nobody_there_is_unavailable(self) -> None:
        with Client("127.0.0.1:9", policy=ResumePolicy(tries=1, first_delay=0.01)) as client, self.assertRaises(UnavailableError):
            client.reconstruct(self.degraded.measurement, OPERATOR).result()

    def test_walkthrough_runs(self) -> None:
        example = Path(__file__).parent.parent / "examples" / "walkthrough.py"
        with tempfile.TemporaryDirectory() as folder:
            photograph(96).save(Path(folder) / "photo.png")
            command = [sys.executable, str(example), "photo.png", ADDRESS]
            run = subprocess.run(command, cwd=folder, env=dict(os.environ, PYTHONPATH=SOURCES), capture_output=True, text=True, timeout=240)
            self.assertEqual(0, run.returncode, run.stdout + run.stderr)
            self.assertIn("restored:", run.stdout)
            with Image.open(Path(folder) / "walkthrough.png") as sheet:
                self.assertEqual((192, 64), sheet.size)


@unittest.skipUnless(ADDRESS, "FLASHDIFFUSION_ADDRESS names no server")
class AsyncTests(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.client = AsyncClient(ADDRESS)
        self.degraded = await self.client.degrade(photograph(), OPERATOR, seed=4)

    async def asyncTearDown(self) -> None:
        await self.client.close()

    async def test_several_at_once(self) -> None:
        runs = [self.client.reconstruct(self.degraded.measurement, OPERATOR, SHORT).result() for _ in range(3)]
        results = await asyncio.gather(*runs)
        for result in results:
            np.testing.assert_allclose(results[0].picture.array, result.picture.array, atol=2 / 255)

    async def test_events_come_in_order(self) -> None:
        events = [event async for event in self.client.reconstruct(self.degraded.measurement, OPERATOR, SHORT)]
        self.assertEqual((Accepted, Result), (type(events[0]), type(events[-1])))
        steps = [event.step for event in events[1:-1] if isinstance(event, Progress)]
        self.assertEqual(sorted(steps), steps)
        # Some may be conflated to the newest, or be there twice to say that the server lives.
        self.assertEqual(3, len(set(steps) - {0}) + events[-2].skipped)

    async def test_cancel_ends_the_loop(self) -> None:
        seen = 0
        async with self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(start="full", every_steps=1)) as run:
            async for _ in run:
                seen += 1
                if seen == 3:
                    run.cancel()
        self.assertLess(seen, 20)

    async def test_cancelled_task_ends_the_work(self) -> None:
        run = self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(start="full", every_steps=1))
        task = asyncio.create_task(run.result())
        while run.accepted is None:
            await asyncio.sleep(0.01)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task

    async def test_deadline_and_bad_request(self) -> None:
        with self.assertRaises(DeadlineError):
            await self.client.reconstruct(self.degraded.measurement, OPERATOR, Options(start="full"), timeout=0.02).result()
        with self.assertRaises(InvalidRequestError):
            await self.client.degrade(photograph(), Operator("gaussian_blur", {"std": -1}))

    async def test_nobody_there_is_unavailable(self) -> None:
        client = AsyncClient("127.0.0.1:9", policy=ResumePolicy(tries=1, first_delay=0.01))
        with self.assertRaises(UnavailableError) as caught:
            await client.reconstruct(self.degraded.measurement, OPERATOR).result()
        self.assertEqual(grpc.StatusCode.UNAVAILABLE, caught.exception.code)
        await client.close()
