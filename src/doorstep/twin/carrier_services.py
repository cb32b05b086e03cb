"""The two services the local carrier sells when it is not told others."""

from __future__ import annotations

from datetime import time

from doorstep.terms.calendar import Calendar
from doorstep.terms.service import CarrierService, Tariff, WeightStep, ZoneRule

_ZONES = (ZoneRule("US", "US", "near"), ZoneRule("", "", "far"))


def local_services(site_id: str = "CS") -> dict[str, CarrierService]:
    """`local-ground` and `local-express`, collected from `site_id` at 17:00, by service id."""
    ground = _service(
        "local-ground",
        "Local Ground",
        site_id,
        prices={1_000: (590, 1_490), 5_000: (790, 2_290), 30_000: (1_490, 4_990)},
        transit_ppm={"near": (0, 300_000, 500_000, 190_000, 9_000), "far": (0, 0, 100_000, 500_000, 300_000, 98_000)},
        hazards=frozenset({"2.1", "3", "8", "9"}),
    )
    express = _service(
        "local-express",
        "Local Express",
        site_id,
        prices={1_000: (1_290, 3_490), 5_000: (1_990, 5_990), 30_000: (4_490, 11_990)},
        transit_ppm={"near": (0, 950_000, 49_000), "far": (0, 500_000, 400_000, 98_000)},
        by_air=True,
    )
    return {service.service_id: service for service in (ground, express)}


def _service(
    service_id: str,
    name: str,
    site_id: str,
    prices: dict[int, tuple[int, int]],
    transit_ppm: dict[str, tuple[int, ...]],
    by_air: bool = False,
    hazards: frozenset[str] = frozenset(),
) -> CarrierService:
    steps = tuple(WeightStep(up_to_g, {"near": near, "far": far}) for up_to_g, (near, far) in prices.items())
    tariff = Tariff(
        tariff_id=f"{service_id}-1",
        currency="USD",
        zones=_ZONES,
        steps=steps,
        dim_divisor_cm3_per_kg=5_000,
        fuel_ppm=120_000,
        max_length_mm=1_750,
        max_girth_mm=3_000,
    )
    return CarrierService(
        service_id=service_id,
        carrier_id="local",
        name=name,
        tariff=tariff,
        transit_ppm=transit_ppm,
        cut_offs={site_id: time(17)},
        calendar=Calendar(zone="America/Chicago", opens=time(8), closes=time(19)),
        by_air=by_air,
        hazards=hazards,
    )
