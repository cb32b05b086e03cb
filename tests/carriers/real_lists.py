"""Where the carriers' published lists lie, and how a person would map them; the lists are no part of the product."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

USPS = "usps_notice123_2025-10-05_domestic_zone_rates.csv"
FEDEX = "fedex_retail_2026_us_zone_rates.csv"

USPS_COMMON = """
currency = "USD"
first_day = 2025-10-05
sides = "up 1 in"
limits = { girth = "108 in", weight = "70 lb" }
dimensional = { divisor = "166 in3/lb", to = "1 lb", over = "1728 in3" }
zones = [{ zone = "1", destination = "US-1" }, { zone = "2", destination = "US-2" },
  { zone = "3", destination = "US-3" },
  { zone = "4", destination = "US-4" }, { zone = "5", destination = "US-5" }, { zone = "6", destination = "US-6" },
  { zone = "7", destination = "US-7" }, { zone = "8", destination = "US-8" }, { zone = "9", destination = "US-9" }]
"""
USPS_TARIFF = """
[[tariffs]]
tariff_id = "{name} {price_class}"
{limits}
[[tariffs.surcharges]]
name = "nonstandard length over 22 in"
kind = "handling"
amount = "4.00"
group = "length"
when = {{ longest = "22 in" }}
[[tariffs.surcharges]]
name = "nonstandard length over 30 in"
kind = "handling"
amount = "{over_30}"
group = "length"
when = {{ longest = "30 in" }}
[[tariffs.surcharges]]
name = "nonstandard volume over 2 cubic feet"
kind = "handling"
amount = "{over_2_feet}"
when = {{ volume = "3456 in3" }}
[[tariffs.surcharges]]
name = "tubes, cans, liquids"
kind = "handling"
amount = "4.00"
when = {{ marks = ["nonstandard"] }}
{oversized}
[[tariffs.prices]]
file = "{file}"
unit = "lb"
where = {{ service = "{name}", price_class = "{price_class}", unit = "lb" }}
[tariffs.prices.columns]
up_to = {{ from = "not_over", values = {{ "0.999938" = "15.999 oz" }} }}
zone = "zone"
price = "price_usd"
"""
USPS_OVERSIZED = """
[[tariffs.prices]]
file = "{file}"
by = "piece"
when = {{ girth = "108 in" }}
where = {{ service = "{name}", price_class = "{price_class}", unit = "oversized" }}
columns = {{ zone = "zone", price = "price_usd" }}
"""
USPS_CUBIC = """
[[tariffs]]
tariff_id = "Ground Advantage Cubic commercial"
sides = "down 0.25 in"
limits = {{ longest = "18 in", volume = "1 ft3", weight = "20 lb" }}
dimensional = {{ divisor = "166 in3/lb", over = "1 ft3" }}
[[tariffs.prices]]
file = "{file}"
by = "volume"
unit = "ft3"
where = {{ service = "Ground Advantage Cubic" }}
columns = {{ up_to = "not_over", zone = "zone", price = "price_usd" }}
"""


def unpacked(name: str, into: Path) -> Path:
    """The list, unpacked; the test is skipped, saying so, where there is none."""
    folder = os.environ.get("DOORSTEP_DATA")
    if not folder or not (packed := Path(folder) / "tariffs" / f"{name}.gz").is_file():
        pytest.skip(f"DOORSTEP_DATA names no folder with tariffs/{name}.gz: the carriers' lists are not at hand")
    path = into / name
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def cells(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def usps(into: Path) -> Path:
    """A tariff file over the USPS list: retail and commercial, oversized, cubic."""
    text = USPS_COMMON
    for name in ("Priority Mail Express", "Priority Mail", "Ground Advantage"):
        for price_class in ("retail", "commercial"):
            ground = name == "Ground Advantage"
            told = {"name": name, "price_class": price_class, "file": USPS}
            text += USPS_TARIFF.format(
                **told,
                over_30="8.40" if ground else "18.00",
                over_2_feet="18.00" if ground else "30.00",
                limits='limits = { girth = "130 in", weight = "70 lb" }' if ground else "",
                oversized=USPS_OVERSIZED.format(**told) if ground else "",
            )
    return written(into / "usps.toml", text + USPS_CUBIC.format(file=USPS))


def fedex(into: Path, services: list[tuple[str, str, str]]) -> Path:
    """A tariff file over the FedEx list: (service, packaging, first day), each a tariff."""
    text = 'currency = "USD"\nsides = "up 1 in"\n'
    zones = range(2, 97)
    text += "zones = [" + ", ".join(f'{{ zone = "{n}", destination = "US-{n:02d}" }}' for n in zones) + "]\n"
    for service, packaging, first_day in services:
        text += f"""
[[tariffs]]
tariff_id = "{service} {packaging}"
first_day = {first_day}
{'dimensional = { divisor = "139 in3/lb", to = "1 lb" }' if packaging == "package" else ""}
[[tariffs.prices]]
file = "{FEDEX}"
unit = "lb"
zone_ranges = true
where = {{ service = "{service}", packaging = "{packaging}" }}
columns = {{ up_to = "not_over_lb", zone = "zone", price = "price_usd" }}
"""
    return written(into / "fedex.toml", text)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
