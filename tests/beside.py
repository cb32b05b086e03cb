"""What is counted beside, in a thread of its own."""

from __future__ import annotations

import threading

BESIDE = ("doorstep-chart", "doorstep-weeks")


def counted_beside() -> None:
    """Wait until it is counted."""
    for thread in threading.enumerate():
        if thread.name in BESIDE:
            thread.join(60)
