"""What the company has decided once for all its orders."""

from __future__ import annotations

from dataclasses import dataclass, field

from doorstep.terms.order import Terms


@dataclass(frozen=True, slots=True)
class Company:
    """The company's own defaults.

    `gs1_prefix` begins its SSCCs. `hold_seconds` is how long stock stays held for an order that payment has not
    cleared. `pick_seconds` and `pack_seconds` are one order's time from release to the dock, `station_seconds` what
    each order before it adds. `separated` are pairs of classes of goods that may not share a carton. `terms` are what
    every customer has who agreed on nothing else.
    """

    name: str
    currency: str
    gs1_prefix: str
    hold_seconds: int = 24 * 3600
    pick_seconds: int = 1800
    pack_seconds: int = 1800
    station_seconds: int = 300
    separated: tuple[tuple[str, str], ...] = ()
    terms: Terms = field(
        default_factory=lambda: Terms(
            customer_class="standard",
            ship_complete=False,
            backorder=True,
            max_deliveries=3,
            min_shelf_life_days=0,
            wanted_ppm=950_000,
            language="en",
        )
    )
