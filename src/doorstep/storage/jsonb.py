"""JSON as it is stored: one spelling, no floats."""

from __future__ import annotations

from typing import Any

from doorstep.events.envelope import plain, spelt


def as_text(value: Any) -> str:
    """A value, dataclasses and instants included, as JSON text for a jsonb column."""
    return spelt(plain(value)).decode()
