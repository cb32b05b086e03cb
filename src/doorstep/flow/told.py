"""What a customer is told of a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Promise:
    """A window of dates for a line (0: the whole order) and its probability in parts per million."""

    line_no: int
    first_day: date | None
    last_day: date
    ppm: int
