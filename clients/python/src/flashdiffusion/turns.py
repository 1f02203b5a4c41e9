"""Which of several servers a reconstruction is asked for next, and when."""

from __future__ import annotations

import time


class Turns:
    """Servers by number: each in turn, but for those that broke a stream or said how long to leave them alone."""

    def __init__(self, count: int) -> None:
        self._not_before = [0.0] * count
        self._last = -1

    def next(self) -> tuple[int, float]:
        """The server to ask next, and seconds to wait before: none while another one may be asked."""
        now, count = time.monotonic(), len(self._not_before)
        self._last = min(range(count), key=lambda number: (max(now, self._not_before[number]), (number - self._last - 1) % count))
        return self._last, max(0.0, self._not_before[self._last] - now)

    def leave_alone(self, delay: float) -> None:
        """The server that was asked last is not to be asked for so many seconds."""
        self._not_before[self._last] = time.monotonic() + delay
