"""How a carrier collects at a site: whether it gets a list of what its driver takes, whether a driver is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Collection:
    """What is agreed with a carrier at a site. Without `pickup` its driver comes by himself.

    `ready` and `closes` are when the parcels stand there and until when somebody is, on the site's wall; None: an hour
    before the carrier's last cut-off of the day, and when the site closes.
    """

    site_id: str
    carrier_id: str
    manifest: bool = True
    pickup: bool = False
    ready: time | None = None
    closes: time | None = None
