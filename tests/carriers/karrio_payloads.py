"""Requests and answers of carriers as karrio's own tests have them, from DOORSTEP_DATA; none of it lies here."""

from __future__ import annotations

import gzip
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from doorstep.carriers import karrio_bridge

_FILE = Path(os.environ.get("DOORSTEP_DATA", "")) / "tracking" / "karrio_payloads.jsonl.gz"


def needed() -> None:
    """Skips a whole module where the extra or the payloads are not there."""
    if not karrio_bridge.installed():
        pytest.skip(f"the extra is not installed; {karrio_bridge.HOW_TO_INSTALL}", allow_module_level=True)
    if not os.environ.get("DOORSTEP_DATA") or not _FILE.exists():
        pytest.skip("set DOORSTEP_DATA to the folder with tracking/karrio_payloads.jsonl.gz", allow_module_level=True)


@lru_cache(maxsize=1)
def _all() -> dict[tuple[str, str, str], Any]:
    lines = gzip.decompress(_FILE.read_bytes()).decode().splitlines()
    found = [json.loads(line) for line in lines]
    return {(one["carrier"], one["topic"], one["name"]): one["value"] for one in found}


def payload(dialect: str, topic: str, name: str) -> Any:
    """One of them, read where it is text."""
    value = _all()[karrio_bridge.PLUGINS[dialect], topic, name]
    return json.loads(value) if isinstance(value, str) else value
