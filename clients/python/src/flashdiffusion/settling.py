"""Which answer of several replicas is the last word; of those that are not, the last one counts."""

from __future__ import annotations

from typing import Any, Callable

from flashdiffusion.v1 import reconstruction_state_pb2

Settles = Callable[[Any], bool]

_ENDED_WITHOUT_RESULT = {
    reconstruction_state_pb2.RECONSTRUCTION_STATE_FAILED,
    reconstruction_state_pb2.RECONSTRUCTION_STATE_CANCELLED,
}


def always(_: Any) -> bool:
    """Any answer is."""
    return True


def never(_: Any) -> bool:
    """All that know it are to be asked."""
    return False


def is_going_or_done(answer: Any) -> bool:
    """A reconstruction that a break moved has ended where it was, and goes on at another."""
    return answer.state not in _ENDED_WITHOUT_RESULT
