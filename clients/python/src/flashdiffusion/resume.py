"""Going on after a broken stream: what is sent again, when, and what the reader never sees twice."""

from __future__ import annotations

import random
import time
import uuid
import zlib
from dataclasses import dataclass

import grpc

from flashdiffusion.errors import FlashError, of_all
from flashdiffusion.events import Accepted, Event, Progress, Result, from_response
from flashdiffusion.plan import is_same, keep_look, pin
from flashdiffusion.tensors import check
from flashdiffusion.v1 import reconstruction_events_pb2, reconstruction_pb2, resume_pb2

_BROKEN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DATA_LOSS}
# What was made for another server, key, version or time, or has more steps left than time: what begins again is shortened. The request itself may be fine.
_USELESS_CHECKPOINT = {"RESUME_TOKEN_INVALID", "RESUME_EXPIRED", "RESUME_UNFIT", "DEADLINE_TOO_TIGHT"}
# Of these another server may think otherwise: it has another key, or other versions.
_UNFIT_HERE = {"RESUME_TOKEN_INVALID", "RESUME_UNFIT"}
_RESET_TEXTS = ("RST_STREAM", "Stream removed", "Connection reset", "GOAWAY")


@dataclass(frozen=True)
class ResumePolicy:
    """How hard a client tries before it gives up."""

    tries: int = 5
    """Breaks in a row without a new event between them that are borne; 0 means that the first one ends the call."""
    first_delay: float = 0.2
    """Seconds before the first new try; doubled each time, with jitter, unless the server says how long."""
    largest_delay: float = 10.0
    silence: float = 60.0
    """Seconds without an event after which a stream counts as broken. Servers send one every ten seconds at least once there was a first,
    for which there is no limit: it may have to wait for a place, or for weights to be read."""
    checkpoint_every_steps: int = 10
    """Steps that a break can cost at most; 0 sends no checkpoints, and a break starts from the beginning."""
    require_exact: bool = False
    """Refuse to go on where the result would not be bit-equal to the uninterrupted one."""


class Attempts:
    """One reconstruction over as many streams as it takes. Knows no transport: the sync and the asyncio client both drive it."""

    def __init__(self, request: reconstruction_pb2.ReconstructRequest, policy: ResumePolicy, timeout: float | None = None, servers: int = 1) -> None:
        self._request = reconstruction_pb2.ReconstructRequest()
        self._request.CopyFrom(request)
        if not self._request.request_id:
            self._request.request_id = str(uuid.uuid4())
        if not self._request.progress.checkpoint_every_steps:
            self._request.progress.checkpoint_every_steps = policy.checkpoint_every_steps
        self._policy = policy
        self._checkpoint: resume_pb2.Checkpoint | None = None
        self._servers = servers
        self._unfit: set[str] = set()
        self._breaks_in_a_row = 0
        self._lost_in_a_row: dict[str, FlashError] = {}
        self._sequence = -1
        self._step = 0
        self.accepted: Accepted | None = None
        self.end = None if timeout is None else time.monotonic() + timeout
        """When the time is up, monotonic. The request's time limit counts from the first accepted event on: no other server lets it begin anew."""
        self.breaks = 0

    @property
    def request_id(self) -> str:
        return self._request.request_id

    def next_request(self) -> reconstruction_pb2.ReconstructRequest:
        """What the next stream asks for: the whole request, and where to go on."""
        self._sequence = -1
        request = reconstruction_pb2.ReconstructRequest()
        request.CopyFrom(self._request)
        if self._checkpoint is not None:
            request.resume_from.token = self._checkpoint.token
            request.resume_from.checkpoint = self._checkpoint.data
            request.resume_from.require_exact = self._policy.require_exact
        return request

    def take(self, response: reconstruction_pb2.ReconstructResponse) -> Event | None:
        """The event to hand to the reader; None for what it has seen before the break. Raises FlashError (DATA_LOSS) on a gap or damage."""
        if response.sequence != self._sequence + 1:
            raise FlashError(f"Event {self._sequence + 1} is missing: the stream went on with {response.sequence}.", grpc.StatusCode.DATA_LOSS)
        self._sequence = response.sequence
        is_new = response.WhichOneof("event") != "accepted" or self._begin(response.accepted)
        event = from_response(response)
        if isinstance(event, Result) and event.message.picture.WhichOneof("content") == "tensor":
            check(event.message.picture.tensor)
        if isinstance(event, (Accepted, Progress)):
            self._keep(event.message.checkpoint)
        if isinstance(event, Accepted):
            self.accepted = event
            return event if is_new else None
        if isinstance(event, Progress):
            if event.step <= self._step:
                return None
            self._step = event.step
        self._breaks_in_a_row = 0
        self._lost_in_a_row.clear()
        return event

    def lost(self, error: FlashError, server: str) -> float:
        """Seconds for which the server is to be left alone; raises the error if there is none, after those of other servers with what each said last."""
        begins_again = False
        if self._may_suit_another(error, server):
            self._unfit.add(server)
        elif error.reason in _USELESS_CHECKPOINT and self._checkpoint is not None and not self._policy.require_exact:
            # What the first server chose is pinned by now, so that beginning again gives the same picture.
            self._checkpoint = None
            begins_again = True
        elif not _is_break(error) and not (self.accepted is not None and error.code == grpc.StatusCode.NOT_FOUND):
            raise error
        self.breaks += 1
        self._breaks_in_a_row += 1
        self._lost_in_a_row[server] = error
        if self._breaks_in_a_row > self._policy.tries or (error.retry_after is not None and error.retry_after < 0):
            raise of_all(self._lost_in_a_row)
        delay = min(self._policy.largest_delay, self._policy.first_delay * 2.0 ** (self._breaks_in_a_row - 1))
        if error.retry_after is not None:
            return error.retry_after
        # Where nothing but the checkpoint was wrong there is nothing to wait for.
        return 0.0 if begins_again else delay * random.uniform(0.5, 1.0)

    def _may_suit_another(self, error: FlashError, server: str) -> bool:
        """Whether a server that was not asked yet may go on from what this one can't, and there are tries left to begin again if none does."""
        is_unfit = error.reason in _UNFIT_HERE and self._checkpoint is not None and server not in self._unfit
        return is_unfit and len(self._unfit) + 1 < self._servers and self._breaks_in_a_row + 1 < self._policy.tries

    def _begin(self, accepted: reconstruction_events_pb2.Accepted) -> bool:
        """Whether it says anything new: at first, and where it begins again with another plan."""
        if self.accepted is None:
            pin(self._request, accepted)
            if self._request.scheduling.HasField("time_limit"):
                limit = time.monotonic() + self._request.scheduling.time_limit.ToNanoseconds() / 1e9
                self.end = limit if self.end is None else min(self.end, limit)
            return True
        before = self.accepted.message
        if accepted.HasField("resumed") or is_same(before, accepted):
            keep_look(before, accepted)
            return False
        self._step = 0
        return True

    def _keep(self, checkpoint: resume_pb2.Checkpoint) -> None:
        if checkpoint.token and zlib.crc32(checkpoint.data) == checkpoint.crc32:
            self._checkpoint = resume_pb2.Checkpoint()
            self._checkpoint.CopyFrom(checkpoint)
            self._unfit.clear()


def _is_break(error: FlashError) -> bool:
    if error.reason == "CANCELLED_ON_REQUEST":
        return False
    if error.code in _BROKEN:
        return True
    if error.code == grpc.StatusCode.RESOURCE_EXHAUSTED:
        return error.retry_after is not None
    return error.code in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN} and any(text in error.message for text in _RESET_TEXTS)
