"""What is sent with each call."""

from __future__ import annotations

import re

from flashdiffusion.channels import Metadata

_NAME = re.compile("[0-9a-z_.-]+")
_VALUE = re.compile("[ -~]*")


def checked(metadata: Metadata) -> tuple[tuple[str, str], ...]:
    """With names in lower case and without the line's end that a key has which was read out of a file.

    What can't be sent is refused here, and never repeated: gRPC's own error has the whole key in it.
    """
    return tuple(_pair(name, value) for name, value in metadata)


def _pair(name: str, value: str) -> tuple[str, str]:
    lower = name.lower()
    if not _NAME.fullmatch(lower):
        raise ValueError("metadata: a name has letters, digits, '-', '_' and '.' only.")
    if lower.endswith("-bin"):
        return lower, value
    text = value.strip() if isinstance(value, str) else ""
    if not isinstance(value, str) or not _VALUE.fullmatch(text):
        raise ValueError(f"metadata: the value of '{lower}' must be one line of printable ASCII.")
    return lower, text
