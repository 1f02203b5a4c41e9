"""What servers say that they will do, beside what was said before."""

from __future__ import annotations

from flashdiffusion.v1 import reconstruction_events_pb2, reconstruction_pb2

_STEPS = ("start_timestep", "total_steps", "seed", "model", "model_version", "solver", "solver_version", "cut")


def pin(request: reconstruction_pb2.ReconstructRequest, accepted: reconstruction_events_pb2.Accepted) -> None:
    """Asks for what a server chose where the request says nothing, so that none that goes on or begins again chooses otherwise."""
    request.seed = accepted.seed
    request.model = request.model or accepted.model
    request.model_version = request.model_version or accepted.model_version
    request.solver.name = request.solver.name or accepted.solver


def is_same(before: reconstruction_events_pb2.Accepted, now: reconstruction_events_pb2.Accepted) -> bool:
    """Whether the same steps are taken, so that those that were seen need not be seen again."""
    return all(getattr(before, name) == getattr(now, name) for name in _STEPS)


def keep_look(before: reconstruction_events_pb2.Accepted, now: reconstruction_events_pb2.Accepted) -> None:
    """Who goes on from a checkpoint does not look at the measurement: what the look gave stays."""
    if not now.HasField("decoded_mean") and before.HasField("decoded_mean"):
        now.decoded_mean.CopyFrom(before.decoded_mean)
    if not now.HasField("mean_residual") and before.HasField("mean_residual"):
        now.mean_residual = before.mean_residual
