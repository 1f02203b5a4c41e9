"""Rows "Python" and "Python asyncio" of the interop grid: the same cells, through the client that the argument names."""

import asyncio
import inspect
import sys
from typing import Any

import numpy as np

from flashdiffusion import Accepted, AsyncClient, Client, DeadlineError, FlashError, InvalidRequestError, Operator, Options, Progress, ResumePolicy, Result
from flashdiffusion.v1 import reconstruction_state_pb2 as states
from grid_row import KILL_AT, PHOTO, SERVERS, check, digest, run_cells, say

BLUR = Operator("gaussian_blur", {"std": 1.5}, noise_std=0.05)
SLOW = {"solver": "faulty_solver", "solver_parameters": {"fault": "none", "delay": 200}, "start": "full", "every_steps": 1, "seed": 3}
LONG = Options(
    solver="faulty_solver", solver_parameters={"fault": "none", "delay": 100}, start_timestep=900, ddim_steps=60, ddim_eta=0.8, seed=3,
    exact=True, every_steps=1, picture_format="tensor", result_latent=True,
)


async def value(answer: Any) -> Any:
    return await answer if inspect.isawaitable(answer) else answer


async def events(run: Any) -> Any:
    if hasattr(run, "__aiter__"):
        async for event in run:
            yield event
    else:
        for event in run:
            yield event


async def failure(answer: Any) -> FlashError:
    """What an awaitable, or a function that calls, is refused with."""
    try:
        await value(answer() if callable(answer) else answer)
    except FlashError as error:
        return error
    raise AssertionError("It should have been refused.")


class Cells:
    def __init__(self, kind: Any) -> None:
        self.client = kind(SERVERS[0], timeout=120)
        self.both = kind(SERVERS, policy=ResumePolicy(checkpoint_every_steps=4, require_exact=True))
        self.measurement: Any = None

    async def degraded(self) -> Any:
        """Asked for once, so that nothing lies between the word to go and the stream that a server is killed under."""
        if self.measurement is None:
            self.measurement = (await value(self.client.degrade(PHOTO, BLUR, seed=11))).measurement
        return self.measurement

    async def unary(self) -> dict[str, Any]:
        check("starter" in [model.name for model in (await value(self.client.models())).models], "no starter model")
        check("latent_dps" in [solver.name for solver in (await value(self.client.solvers())).solvers], "no latent_dps")
        check("inpainting" in [known.name for known in (await value(self.client.operators())).operators], "no inpainting")
        measurement = await self.degraded()
        check(measurement.array.shape == (64, 64, 3), measurement.array.shape)
        severity = await value(self.client.severity(measurement, BLUR, decoded_mean=True, latent=True))
        check(severity.latent.shape == (4, 16, 16) and severity.decoded_mean.array.shape == (64, 64, 3), severity)
        run = self.client.reconstruct(measurement, BLUR, Options(solver="ae", seed=3))
        result = await value(run.result())
        fetched = await value(self.client.fetch(run.request_id, wait=30))
        check(fetched.state == states.RECONSTRUCTION_STATE_COMPLETED and fetched.result.picture == result.picture.message, fetched.state)
        return {"calls": ["ListModels", "ListSolvers", "ListOperators", "Degrade", "EstimateSeverity", "GetReconstruction"]}

    async def streaming(self) -> dict[str, Any]:
        options = Options(solver="ddim", start_timestep=300, ddim_steps=20, seed=3, every_steps=1, latents=True, preview="cheap")
        seen = [event async for event in events(self.client.reconstruct(await self.degraded(), BLUR, options))]
        first, *between, last = seen
        check(isinstance(first, Accepted) and isinstance(last, Result), seen)
        check(between and all(isinstance(event, Progress) for event in between), between)
        check([event.step for event in between] == sorted({event.step for event in between}), "steps")
        check(all(event.latent.shape == (4, 16, 16) and np.isfinite(event.latent).all() for event in between), "latents")
        check(between[0].preview is not None and last.picture.image.size == (64, 64), "pictures")
        check(last.cost.steps == first.total_steps, (last.cost, first.total_steps))
        return {"calls": ["Reconstruct"]}

    async def cancel(self) -> dict[str, Any]:
        left = self.client.reconstruct(await self.degraded(), BLUR, Options(**SLOW))
        seen = 0
        async for _ in events(left):
            seen += 1
            if seen == 3:
                left.cancel()
        check(seen < 20, f"{seen} events after cancelling")
        check((await value(self.client.fetch(left.request_id, wait=60))).state == states.RECONSTRUCTION_STATE_CANCELLED, "still running")
        named = self.client.reconstruct(await self.degraded(), BLUR, Options(**SLOW))
        ended = None
        try:
            async for event in events(named):
                if isinstance(event, Accepted):
                    answer = await value(self.client.cancel(named.request_id))
                    check(answer.state == states.RECONSTRUCTION_STATE_CANCELLED, answer)
        except FlashError as error:
            ended = error
        check(ended is not None and ended.reason == "CANCELLED_ON_REQUEST", ended)
        return {"calls": ["CancelReconstruction"]}

    async def deadline(self) -> dict[str, Any]:
        measurement = await self.degraded()
        late = await failure(lambda: self.client.reconstruct(measurement, BLUR, Options(**SLOW), timeout=0.1).result())
        check(isinstance(late, DeadlineError), late)
        return {}

    async def bad_input(self) -> dict[str, Any]:
        wrong = Operator("gaussian_blur", {"std": -1, "sdt": 2})
        error = await failure(lambda: self.client.reconstruct(PHOTO, wrong).result())
        fields = {violation.field for violation in error.violations}
        check(isinstance(error, InvalidRequestError) and error.reason == "INVALID_REQUEST", repr(error))
        check({"operator.parameters.std", "operator.parameters.sdt"} <= fields, fields)
        unary = await failure(lambda: self.client.degrade(PHOTO, wrong))
        check({"operator.parameters.std", "operator.parameters.sdt"} <= {violation.field for violation in unary.violations}, repr(unary))
        return {}

    async def large(self) -> dict[str, Any]:
        picture = np.linspace(0, 1, 1024 * 1024 * 3, dtype=np.float32).reshape(1024, 1024, 3)
        measurement = (await value(self.client.degrade(picture, Operator("denoising", noise_std=0.1), seed=1))).measurement
        check(measurement.array.shape == picture.shape and abs(float((measurement.array - picture).std()) - 0.1) < 0.01, measurement.array.std())
        return {"text": f"{measurement.message.ByteSize() >> 20} MiB each way"}

    async def resume(self) -> dict[str, Any]:
        run = self.both.reconstruct(await self.degraded(), BLUR, LONG)
        last = 0
        async for event in events(run):
            if isinstance(event, Progress):
                check(event.step > last, "a step was shown twice")
                if last < KILL_AT <= event.step:
                    say(reached=event.step)
                last = event.step
            if isinstance(event, Result):
                check(run.breaks >= 1, "nothing broke")
                return {"text": f"{run.breaks} break", "bits": digest(event.message.picture.tensor.data, event.message.latent.data)}
        raise AssertionError("no result")


async def main(kind: Any) -> None:
    cells = Cells(kind)
    await run_cells({
        "unary": cells.unary, "streaming": cells.streaming, "cancel": cells.cancel, "deadline": cells.deadline, "bad input": cells.bad_input,
        "large tensors": cells.large, "resume after a kill": cells.resume,
    })
    await value(cells.client.close())
    await value(cells.both.close())


asyncio.run(main({"sync": Client, "asyncio": AsyncClient}[sys.argv[1]]))
