"""Words that stand for something."""

from __future__ import annotations

from typing import Mapping, TypeVar

_Meaning = TypeVar("_Meaning")


def choice(option: str, words: Mapping[str, _Meaning], word: str) -> _Meaning:
    """What a word stands for. Types are not checked while a program runs, and an unknown word would silently be the server's default."""
    if word not in words:
        raise ValueError(f"{option} must be {', '.join(words)}, but is {word!r}.")
    return words[word]
