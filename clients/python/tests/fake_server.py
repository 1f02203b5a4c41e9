"""A server in this process that does what a test gives it; run as a program, one that accepts streams and never says anything."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterator, Sequence, Union

import grpc

from flashdiffusion.v1 import reconstruction_pb2, reconstruction_pb2_grpc, reconstruction_state_pb2

FOREVER = 600.0
REFUSED = -1
"""State of a reconstruction that one may not ask for."""
Act = Union[float, reconstruction_pb2.ReconstructResponse, Callable[[Any], None]]
"""What a stream does next: wait so many seconds, say something, or refuse by its context."""


def full(pushback: str) -> Callable[[Any], None]:
    """An act: refuses, and says when to come back (milliseconds)."""

    def refuse(context: Any) -> None:
        context.set_trailing_metadata((("grpc-retry-pushback-ms", pushback),))
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "full")

    return refuse


class FakeServer(reconstruction_pb2_grpc.ReconstructionServiceServicer):
    """Plays one list of acts a stream, and knows reconstructions by their request ids."""

    def __init__(self, *streams: Sequence[Act], knows: dict[str, int] | None = None) -> None:
        self.streams, self.knows = list(streams), knows or {}
        self.requests: list[reconstruction_pb2.ReconstructRequest] = []
        self.cancelled: list[str] = []
        # Pings as often as a test likes.
        options = [("grpc.http2.max_ping_strikes", 0), ("grpc.http2.min_recv_ping_interval_without_data_ms", 10)]
        self._server = grpc.server(ThreadPoolExecutor(8), options=options)
        reconstruction_pb2_grpc.add_ReconstructionServiceServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(0).wait()

    def Reconstruct(self, request: Any, context: Any) -> Iterator[reconstruction_pb2.ReconstructResponse]:
        self.requests.append(request)
        gone = threading.Event()
        if not context.add_callback(gone.set):
            return
        for act in self.streams.pop(0):
            if callable(act):
                act(context)
            elif not isinstance(act, float):
                yield act
            elif gone.wait(act):
                return

    def GetReconstruction(self, request: Any, context: Any) -> reconstruction_pb2.GetReconstructionResponse:
        answer = reconstruction_pb2.GetReconstructionResponse(request_id=request.request_id, state=self._state(request.request_id, context))
        if answer.state == reconstruction_state_pb2.RECONSTRUCTION_STATE_FAILED:
            answer.failure.reason = "SOLVER_FAULT"
        return answer

    def CancelReconstruction(self, request: Any, context: Any) -> reconstruction_pb2.CancelReconstructionResponse:
        if self._state(request.request_id, context) == reconstruction_state_pb2.RECONSTRUCTION_STATE_RUNNING:
            self.cancelled.append(request.request_id)
            self.knows[request.request_id] = reconstruction_state_pb2.RECONSTRUCTION_STATE_CANCELLED
        return reconstruction_pb2.CancelReconstructionResponse(state=self.knows[request.request_id])

    def _state(self, request_id: str, context: Any) -> int:
        if request_id not in self.knows:
            context.abort(grpc.StatusCode.NOT_FOUND, "There is no reconstruction of this name.")
        if self.knows[request_id] == REFUSED:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "It is somebody else's.")
        return self.knows[request_id]


if __name__ == "__main__":
    print(FakeServer(*[[FOREVER]] * 8).address, flush=True)
    threading.Event().wait()
