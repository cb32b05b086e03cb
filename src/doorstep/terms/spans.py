"""Spans of time in words."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(seconds: int) -> str:
    """The largest unit of a span and the next smaller one, if there is any of it: `2 d 3 h`, `2 h`."""
    largest = ""
    for unit, size in _UNITS:
        many, seconds = divmod(seconds, size)
        told = f"{many} {unit}" if many else ""
        if largest:
            return f"{largest} {told}".rstrip()
        largest = told
    return largest or "0 s"


def short_span(seconds: int) -> str:
    """A span in one unit, for where there is no room for two: `45 s`, `75 min`, `2.1 h`, `16 h`, `5.4 d`, `12 d`."""
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{(seconds + 30) // 60} min"
    unit, size = ("h", 3_600) if seconds < 36 * 3_600 else ("d", 86_400)
    tenths = (seconds * 10 + size // 2) // size
    return f"{tenths // 10}.{tenths % 10} {unit}" if tenths < 100 else f"{(tenths + 5) // 10} {unit}"
