"""A reconstruction under way, synchronously."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Iterator, Sequence

import grpc

from flashdiffusion.channels import Metadata
from flashdiffusion.errors import DeadlineError, FlashError, UnavailableError, from_rpc_error
from flashdiffusion.events import Accepted, Event, Result
from flashdiffusion.resume import Attempts, ResumePolicy
from flashdiffusion.turns import Turns
from flashdiffusion.v1 import reconstruction_pb2

Stubs = Sequence[tuple[str, Callable[..., Any]]]


class Reconstruction:
    """Iterate for the events (once), or call ``result()``. A broken stream goes on by itself, on the next address.

    Leaving the loop early does not end the work on the server; ``cancel()``, or leaving a ``with`` block, does.
    """

    def __init__(
        self, stubs: Stubs, request: reconstruction_pb2.ReconstructRequest, policy: ResumePolicy, metadata: Metadata, timeout: float | None
    ) -> None:
        self._stubs, self._policy, self._metadata = stubs, policy, metadata
        self._attempts = Attempts(request, policy, timeout, len(stubs))
        self._call: Any = None
        self._cancelled = threading.Event()
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

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def __next__(self) -> Event:
        return next(self._events)

    def result(self) -> Result:
        """Reads to the end and gives the result."""
        for event in self._events:
            if isinstance(event, Result):
                return event
        raise FlashError("The reconstruction was cancelled.", grpc.StatusCode.CANCELLED)

    def cancel(self) -> None:
        """Ends the work on the server within one step; any thread. The loop over the events then ends without a result."""
        self._cancelled.set()
        if self._call is not None:
            self._call.cancel()

    def __enter__(self) -> Reconstruction:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def _run(self) -> Iterator[Event]:
        turns = Turns(len(self._stubs))
        failure: FlashError | None = None
        while True:
            number, delay = turns.next()
            if failure is not None:
                self._cancelled.wait(self._within(delay, failure))
            if self._cancelled.is_set():
                return
            target, stub = self._stubs[number]
            try:
                for event in self._stream(target, stub):
                    yield event
                    if isinstance(event, Result):
                        return
                failure = UnavailableError(f"{target}: the stream ended without a result.", grpc.StatusCode.UNAVAILABLE)
            except FlashError as error:
                failure = error
            if not self._cancelled.is_set():
                turns.leave_alone(self._attempts.lost(failure, target))

    def _stream(self, target: str, stub: Callable[..., Any]) -> Iterator[Event]:
        end = self._attempts.end
        remaining = None if end is None else max(0.0, end - time.monotonic())
        self._call = call = stub(self._attempts.next_request(), timeout=remaining, metadata=self._metadata)
        if self._cancelled.is_set():
            call.cancel()
        # The first event may have to wait for a place or for weights; a server that is gone meanwhile fails the connection's pings.
        response = self._read(call, target)
        while response is not None:
            try:
                event = self._attempts.take(response)
            except FlashError:
                call.cancel()
                raise
            if event is not None:
                yield event
            # A stream that stays open but says nothing is as good as broken; keep-alive only sees dead connections.
            watchdog = threading.Timer(self._policy.silence, call.cancel)
            watchdog.daemon = True
            watchdog.start()
            try:
                response = self._read(call, target)
            finally:
                watchdog.cancel()

    @staticmethod
    def _read(call: Any, target: str) -> reconstruction_pb2.ReconstructResponse | None:
        """The next response; None at the end."""
        try:
            return next(call, None)
        except grpc.RpcError as error:
            raise from_rpc_error(error, target) from None

    def _within(self, delay: float, failure: FlashError) -> float:
        end = self._attempts.end
        if end is not None and time.monotonic() + delay >= end:
            raise DeadlineError(f"The time is up while waiting to go on after: {failure.message}", grpc.StatusCode.DEADLINE_EXCEEDED) from failure
        return delay
