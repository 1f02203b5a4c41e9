"""Client of FlashDiffusion: reconstruct degraded pictures and watch the latents while it works.

>>> from flashdiffusion import Client, Operator
>>> with Client("localhost:8001") as client:
...     operator = Operator("inpainting", {"removed": 0.4})
...     degraded = client.degrade("photo.jpg", operator, crop=128)
...     result = client.reconstruct(degraded.measurement, operator).result()
...     result.picture.save("restored.png")
"""

from flashdiffusion.aio import AsyncClient, AsyncReconstruction
from flashdiffusion.answers import Degraded, Severity
from flashdiffusion.client import Client
from flashdiffusion.errors import (
    BusyError,
    DeadlineError,
    FlashError,
    InvalidRequestError,
    NotFoundError,
    UnavailableError,
    Violation,
)
from flashdiffusion.events import Accepted, Event, Notice, Progress, Result
from flashdiffusion.operators import Operator
from flashdiffusion.options import Options
from flashdiffusion.pictures import Picture, PictureSource
from flashdiffusion.reconstruction import Reconstruction
from flashdiffusion.resume import ResumePolicy

__all__ = [
    "Accepted",
    "AsyncClient",
    "AsyncReconstruction",
    "BusyError",
    "Client",
    "DeadlineError",
    "Degraded",
    "Event",
    "FlashError",
    "InvalidRequestError",
    "NotFoundError",
    "Notice",
    "Operator",
    "Options",
    "Picture",
    "PictureSource",
    "Progress",
    "Reconstruction",
    "ResumePolicy",
    "Result",
    "Severity",
    "UnavailableError",
    "Violation",
]
