"""Running a campaign as a user does, in a process of its own, and reading its figures."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SMALL = ("--shop", "corner_shop")  # the company that is tortured fastest


@dataclass(frozen=True)
class Ran:
    """How a campaign ended: its exit code, its figures, what it said."""

    code: int
    figures: dict[str, Any]
    said: str

    @property
    def violations(self) -> str:
        return "\n".join(self.figures["violations"])


def torture(out: Path, *arguments: str, patience_s: int = 110) -> Ran:
    """Run `./run torture` with these arguments; its figures go to `out`."""
    command = [sys.executable, "-m", "tests.torture", "--out", str(out), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=patience_s, check=False)
    assert out.exists(), done.stderr
    return Ran(done.returncode, json.loads(out.read_text(encoding="utf-8")), done.stderr)
