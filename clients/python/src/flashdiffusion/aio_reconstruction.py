"""A reconstruction under way, in asyncio."""

from __future__ import annotations

import asyncio
import time
from typing import Any, AsyncIterator, Callable

import grpc
import grpc.aio

from flashdiffusion.channels import Metadata
from flashdiffusion.errors import DeadlineError, FlashError, UnavailableError, from_rpc_error
from flashdiffusion.events import Accepted, Event, Result
from flashdiffusion.reconstruction import Stubs
from flashdiffusion.resume import Attempts, ResumePolicy
from flashdiffusion.turns import Turns
from flashdiffusion.v1 import reconstruction_pb2


class AsyncReconstruction:
    """``async for`` over it for the events (once), or await ``result()``. A broken stream goes on by itself, on the next address.

    Cancelling the task that reads, ``cancel()``, or leaving an ``async with`` block ends the work on the server within one step.
    """

    def __init__(
        self, stubs: Stubs, request: reconstruction_pb2.ReconstructRequest, policy: ResumePolicy, metadata: Metadata, timeout: float | None
    ) -> None:
        self._stubs, self._policy, self._metadata = stubs, policy, metadata
        self._attempts = Attempts(request, policy, timeout, len(stubs))
        self._call: Any = None
        self._cancelled = asyncio.Event()
        self._events = self._run()

    @property
    def request_id(self) -> str:
        """Name of this reconstruction, for ``fetch`` and ``cancel``."""
        return self._attempts.request_id

    @property
    def accepted(self) -> Accepted | None:
        """What the server that is at work said first, once it came: after a break the newest, with its notices and what a budget took away."""
        return self._attempts.accepted

    @property
    def breaks(self) -> int:
        """How often the stream broke and went on."""
        return self._attempts.breaks

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events

    async def result(self) -> Result:
        """Reads to the end and gives the result."""
        async for event in self._events:
            if isinstance(event, Result):
                return event
        raise FlashError("The reconstruction was cancelled.", grpc.StatusCode.CANCELLED)

    def cancel(self) -> None:
        """Ends the work on the server. The loop over the events then ends without a result."""
        self._cancelled.set()
        if self._call is not None:
            self._call.cancel()

    async def __aenter__(self) -> AsyncReconstruction:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()

    async def _run(self) -> AsyncIterator[Event]:
        turns = Turns(len(self._stubs))
        failure: FlashError | None = None
        while True:
            number, delay = turns.next()
            if failure is not None:
                await self._pause(delay, failure)
            if self._cancelled.is_set():
                return
            target, stub = self._stubs[number]
            try:
                async for event in self._stream(target, stub):
                    yield event
                    if isinstance(event, Result):
                        return
                failure = UnavailableError(f"{target}: the stream ended without a result.", grpc.StatusCode.UNAVAILABLE)
            except FlashError as error:
                failure = error
            if not self._cancelled.is_set():
                turns.leave_alone(self._attempts.lost(failure, target))

    async def _stream(self, target: str, stub: Callable[..., Any]) -> AsyncIterator[Event]:
        end = self._attempts.end
        remaining = None if end is None else max(0.0, end - time.monotonic())
        self._call = call = stub(self._attempts.next_request(), timeout=remaining, metadata=self._metadata)
        if self._cancelled.is_set():
            call.cancel()
        # The first event may have to wait for a place or for weights; a server that is gone meanwhile fails the connection's pings.
        silence: float | None = None
        while True:
            try:
                response = await asyncio.wait_for(call.read(), silence)
            except grpc.RpcError as error:
                raise from_rpc_error(error, target) from None
            except asyncio.TimeoutError:
                call.cancel()
                raise UnavailableError(f"{target}: no event for {silence} s.", grpc.StatusCode.UNAVAILABLE) from None
            except asyncio.CancelledError:
                call.cancel()
                # grpc.aio raises this too when the call was cancelled and the task was not.
                if self._cancelled.is_set():
                    return
                raise
            if response is grpc.aio.EOF:
                return
            silence = self._policy.silence
            try:
                event = self._attempts.take(response)
            except FlashError:
                call.cancel()
                raise
            if event is not None:
                yield event

    async def _pause(self, delay: float, failure: FlashError) -> None:
        end = self._attempts.end
        if end is not None and time.monotonic() + delay >= end:
            raise DeadlineError(f"The time is up while waiting to go on after: {failure.message}", grpc.StatusCode.DEADLINE_EXCEEDED) from failure
        try:
            await asyncio.wait_for(self._cancelled.wait(), delay)
        except asyncio.TimeoutError:
            pass
