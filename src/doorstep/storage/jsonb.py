"""JSON as it is stored: one spelling, no floats."""

from __future__ import annotations

import json
from typing import Any

from doorstep.events.envelope import plain


def as_text(value: Any) -> str:
    """A value, dataclasses and instants included, as JSON text for a jsonb column."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
