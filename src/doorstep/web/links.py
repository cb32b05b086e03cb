"""Addresses of a list with something chosen otherwise: each choice stands in the address, so that it can be shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode


def links_of(path: str, chosen: Mapping[str, str]) -> Callable[..., str]:
    """The address of the list at `path` with what is chosen now, and what is said otherwise (empty: not at all)."""

    def link(**otherwise: str) -> str:
        words = {name: word for name, word in {**chosen, **otherwise}.items() if word}
        return f"{path}?{urlencode(words)}" if words else path

    return link
