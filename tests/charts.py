"""Charts that are drawn beside, in a thread of their own."""

from __future__ import annotations

import threading


def drawn_beside() -> None:
    """Wait until they are drawn."""
    for thread in threading.enumerate():
        if thread.name == "doorstep-chart":
            thread.join(60)
