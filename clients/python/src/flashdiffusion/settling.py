"""Which answer of several replicas counts."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Callable

from flashdiffusion.v1 import reconstruction_state_pb2


class Finality(IntEnum):
    """How much one replica's answer counts beside those of others; of equal ones, the last that came."""

    PERHAPS_MOVED = 0
    """What it tells of may have gone on at another: a break leaves CANCELLED behind where the work was."""
    FAILED = 1
    """It failed for a reason that is said; only another where it goes on or is done knows better."""
    LAST_WORD = 2
    """No other need be asked."""


FinalityOf = Callable[[Any], Finality]

_ENDED_WITHOUT_RESULT = {
    reconstruction_state_pb2.RECONSTRUCTION_STATE_CANCELLED: Finality.PERHAPS_MOVED,
    reconstruction_state_pb2.RECONSTRUCTION_STATE_FAILED: Finality.FAILED,
}


def any_answer(_: Any) -> Finality:
    """The first that answers is enough."""
    return Finality.LAST_WORD


def of_reconstruction(answer: Any) -> Finality:
    """One that a break moved has ended where it was, and goes on, is done or failed at another."""
    return _ENDED_WITHOUT_RESULT.get(answer.state, Finality.LAST_WORD)
