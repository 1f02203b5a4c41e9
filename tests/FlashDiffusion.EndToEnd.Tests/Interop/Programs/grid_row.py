"""A client's row of the interop grid, told to the test that started this program: one JSON object a line.

{"cell": NAME, "works": BOOL, "text": WHY NOT OR A NOTE, "nature": WHAT IT CAN'T BY NATURE, "calls": [METHODS]}; {"ready": true} before the cell in which a server is killed, then a
line is awaited; {"reached": STEP} once there is something to lose.
"""

import asyncio
import hashlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Awaitable, Callable

# The two gRPC servers: the first is the one that will be killed.
SERVERS = os.environ["GRID_SERVERS"].split(",")
PHOTO = Path(os.environ["GRID_PHOTO"])
KILL_AT = int(os.environ["GRID_KILL_AT"])

Cell = Callable[[], Awaitable[dict[str, Any]]]


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def check(condition: Any, text: Any) -> None:
    if not condition:
        raise AssertionError(text)


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


async def run_cells(cells: dict[str, Cell]) -> None:
    """Each cell by itself; that of the kill comes last, when all clients are ready."""
    for name, cell in cells.items():
        if name == "resume after a kill":
            say(ready=True)
            await asyncio.to_thread(sys.stdin.readline)
        try:
            say(cell=name, works=True, **await cell())
        except Exception:
            say(cell=name, works=False, text=traceback.format_exc())
