"""Rating: a matrix of parcels by ten services on one core, one parcel by itself, and peers beside them.

Peers (karrio's rate sheets, packvium's commerce rating) live in an environment of their own, whose
Python DOORSTEP_RATING_PEERS names. Without it they are left out, which is said. Times are those
of the processor, not of the wall.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.measuring import Figure, alone, compared
from doorstep.carriers.bills import Bill
from doorstep.carriers.matrix import CODES, Parcels, matrix, warm
from doorstep.carriers.parcels import bill, price
from doorstep.carriers.sheets import Grid
from doorstep.terms.measures import Measure, measure
from doorstep.terms.tariff import (
    By,
    ChargeKind,
    Condition,
    Dimensional,
    Discount,
    Fuel,
    Limits,
    ParcelTariff,
    PriceStep,
    PriceTable,
    Rounding,
    Surcharge,
    ZoneRule,
)

SERVICES, PARCELS, ORIGINS, ROUNDS, CHECKED, ALONE = 10, 2_000_000, 3, 5, 400, 20_000
PEERS = "DOORSTEP_RATING_PEERS"
ORIGIN = "US-606"


def tariffs() -> list[ParcelTariff]:
    """Ten services of two carriers as large ones publish them: 150 pounds, 7 zones, six surcharges, fuel by month."""
    return [_tariff(number) for number in range(SERVICES)]


def _tariff(number: int) -> ParcelTariff:
    zones = [str(zone) for zone in range(2, 9)]
    steps = [
        PriceStep(Measure(pounds, 1, "lb"), {zone: 700 + pounds * 50 + int(zone) * 37 + number for zone in zones})
        for pounds in range(1, 151)
    ]
    rules = [
        ZoneRule(origin, f"US-{head:03}", str(2 + (head * 7 + number + place) % 7))
        for place, origin in enumerate(_origins())
        for head in range(1000)
    ]
    return ParcelTariff(
        tariff_id=f"service {number}",
        currency="USD",
        zones=tuple(rules),
        tables=(PriceTable(By.WEIGHT, tuple(steps)),),
        sides=Rounding.UP,
        side_to=measure("1 in"),
        dimensional=Dimensional(
            measure("139 in3"), measure("1 lb"), measure("1 lb"), measure("1728 in3") if number % 2 else None
        ),
        limits=Limits(measure("108 in"), measure("165 in"), None, measure("150 lb")),
        surcharges=_surcharges(),
        fuel=tuple(Fuel(150_000 + 1_000 * month, date(2026, month, 1)) for month in range(1, 13)),
        discounts=(Discount("acme", 300_000), Discount("acme", 500_000, ChargeKind.RESIDENTIAL)),
        minimum_minor={"": 900},
        areas={"remote": frozenset({"US-99", "US-00"})},
        first_day=date(2026, 1, 1),
    )


def _surcharges() -> tuple[Surcharge, ...]:
    peak = Condition(residential=True, first_day=date(2026, 10, 1), last_day=date(2027, 1, 15))
    handling = (ChargeKind.HANDLING, {"": 2_800})
    return (
        Surcharge("home", ChargeKind.RESIDENTIAL, {"": 595}, when=Condition(residential=True), fuelled=True),
        Surcharge("remote", ChargeKind.DELIVERY_AREA, {"": 420}, when=Condition(area="remote"), fuelled=True),
        Surcharge("long", *handling, when=Condition(longest=measure("48 in")), group="handling", fuelled=True),
        Surcharge("heavy", *handling, when=Condition(actual=measure("50 lb")), group="handling", fuelled=True),
        Surcharge(
            "oversize", ChargeKind.OVERSIZE, {"": 25_000}, when=Condition(girth=measure("130 in")), group="handling"
        ),
        Surcharge("peak", ChargeKind.PEAK, {"": 60}, when=peak),
    )


def _origins() -> list[str]:
    return [ORIGIN, "US-752", "US-894"][:ORIGINS]


def parcels(count: int, seed: int = 1) -> Parcels:
    """Measured in eighths of inches and in ounces, to a thousand heads of postcodes, over sixty days."""
    chance = np.random.default_rng(seed)
    days = tuple(date(2026, 1 + day % 12, 1 + day % 28) for day in range(60))
    return Parcels(
        grid=Grid("oz", 1, "in", 8),
        weights=(chance.gamma(1.5, 40, count) + 1).astype(np.int64).clip(1, 2_390),
        sides=(chance.gamma(4, 2.5, (count, 3)) * 8 + 8).astype(np.int64),
        destinations=tuple(f"US-{head:03}" for head in range(1000)),
        to=chance.integers(0, 1000, count).astype(np.int32),
        days=days,
        day=chance.integers(0, len(days), count).astype(np.int32),
        residential=chance.random(count) < 0.5,
        account="acme",
    )


def run(console: Console) -> Sequence[Figure]:
    warm()
    several, many = tariffs(), parcels(PARCELS)
    _check(several, many, console)
    one_origin = _rounds(lambda: matrix(several, [ORIGIN], many), PARCELS)
    fewer = parcels(PARCELS // ORIGINS)
    figures = [
        alone("matrix: 10 services, 1 origin", "parcels/s", max(one_origin), f"best of {ROUNDS}: {_said(one_origin)}"),
        alone("the same, a rate", "ns", 1e9 / max(one_origin) / SERVICES),
    ]
    origins = _rounds(lambda: matrix(several, _origins(), fewer), len(fewer.weights))
    figures.append(
        alone(f"matrix: 10 services, {ORIGINS} origins", "parcels/s", max(origins), f"best: {_said(origins)}")
    )
    figures += _by_itself(several[1], many)
    return [*figures, *_beside(max(one_origin), console)]


def _check(several: Sequence[ParcelTariff], many: Parcels, console: Console) -> None:
    """Both ways agree to the cent on a sample; AssertionError where not."""
    totals = matrix(several, [ORIGIN], many)
    for place in range(CHECKED):
        for number, tariff in enumerate(several):
            found = bill(tariff, many.at(place, ORIGIN))
            total = found.total_minor if isinstance(found, Bill) else CODES[found.why]
            assert totals[number, 0, place] == total, (number, place)
    console.print(f"{CHECKED * len(several):,} bills agree with the matrix to the cent")


def _rounds(made: Callable[[], object], count: int) -> list[float]:
    made()
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        made()
        found.append(count / (time.process_time() - begin))
    return found


def _said(rates: Sequence[float]) -> str:
    return " ".join(f"{rate / 1e6:.2f}M" for rate in rates)


def _by_itself(tariff: ParcelTariff, many: Parcels) -> list[Figure]:
    some = [many.at(place, ORIGIN) for place in range(ALONE)]
    priced = _rounds(lambda: [price(tariff, each) for each in some], ALONE)
    billed = _rounds(lambda: [bill(tariff, each) for each in some], ALONE)
    return [
        alone("one parcel: price", "us", 1e6 / max(priced), "six surcharges, fuel, discounts; lanes known"),
        alone("one parcel: bill, each charge named", "us", 1e6 / max(billed)),
    ]


def _beside(ours: float, console: Console) -> list[Figure]:
    python = os.environ.get(PEERS)
    if not python:
        console.print(f"karrio and packvium are not measured: {PEERS} names no Python that has them.")
        return []
    script = Path(__file__).with_name("rating_peers.py")
    done = subprocess.run([python, str(script)], capture_output=True, text=True, timeout=240, check=False)
    if done.returncode:
        console.print(f"karrio and packvium could not be measured:\n{done.stderr[-1500:]}")
        return []
    peers = json.loads(done.stdout.splitlines()[-1])
    return [
        compared(f"10 services beside {name}", "parcels/s", [ours], [peer["rate"]], peer["beside"])
        for name, peer in peers.items()
    ]
