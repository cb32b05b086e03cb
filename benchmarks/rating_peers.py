"""Run by the Python of another environment: how many parcels a second karrio and packvium rate by ten services.

Both get less to do than we: no fuel by date, no discounts, no zones by postcode but seven whole ones, whole pounds.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

SERVICES, ZONES, POUNDS = 10, range(2, 9), range(1, 151)


def measured(rate: Callable[[Any], object], several: Sequence[Any]) -> float:
    begin = time.process_time()
    for each in several:
        rate(each)
    return len(several) / (time.process_time() - begin)


def karrio(count: int) -> float:
    import karrio.core.models as models
    import karrio.lib as lib
    from karrio.universal.mappers.rating_proxy import RatingMixinProxy
    from karrio.universal.providers.rating import RatingMixinSettings

    def service(number: int) -> Any:
        zones = [
            models.ServiceZone(
                label=str(zone),
                rate=7 + pounds / 2 + zone / 3,
                min_weight=pounds - 1,
                max_weight=pounds,
                postal_codes=[f"6060{zone}"],
            )
            for zone in ZONES
            for pounds in POUNDS
        ]
        told = {"weight_unit": "LB", "dimension_unit": "IN", "currency": "USD", "max_weight": 150, "max_length": 108}
        return models.ServiceLevel(
            service_name=f"s{number}",
            service_code=f"s{number}",
            zones=zones,
            use_volumetric=True,
            dim_factor=139,
            **told,
        )

    settings = RatingMixinSettings(
        carrier_id="any",
        test_mode=True,
        id="any",
        account_country_code="US",
        services=[service(n) for n in range(SERVICES)],
    )
    proxy, chance = RatingMixinProxy(settings), random.Random(1)

    def asked() -> Any:
        parcel = {
            "weight": chance.uniform(0.2, 60),
            "weight_unit": "LB",
            **{side: chance.uniform(3, 20) for side in ("length", "width", "height")},
            "dimension_unit": "IN",
        }
        to = {"country_code": "US", "postal_code": f"6060{chance.choice(ZONES)}"}
        request = {"shipper": {"country_code": "US", "postal_code": "60606"}, "recipient": to, "parcels": [parcel]}
        return lib.Serializable(lib.to_object(models.RateRequest, {**request, "services": []}))

    several = [asked() for _ in range(count)]
    rates = proxy.get_rates(several[0]).deserialize()
    assert len(rates[0][1][0]) == SERVICES, rates
    return measured(proxy.get_rates, several)


def packvium(count: int) -> float:
    from packvium.commerce.rating import AccessorialCharge, CarrierRegistry, RatingRequest, rate_tariff

    registry, chance = CarrierRegistry(), random.Random(1)
    tariffs = [
        registry.publish(
            "any",
            f"s{number}",
            effective_at=0,
            dimensional_weight_divisor=5000,
            cost_per_dimensional_kg_minor={str(zone): 100 + 10 * zone for zone in ZONES},
            minimum_charge_minor=900,
            fuel_surcharge_permille=155,
            accessorials={"home": AccessorialCharge("home", flat_charge_minor=595)},
        )
        for number in range(SERVICES)
    ]

    def asked() -> Any:
        volume = chance.randint(75, 500) * chance.randint(75, 500) * chance.randint(75, 500)
        home = ("home",) if chance.random() < 0.5 else ()
        return RatingRequest(str(chance.choice(ZONES)), chance.randint(100, 27_000), volume, home)

    return measured(lambda each: [rate_tariff(tariff, each) for tariff in tariffs], [asked() for _ in range(count)])


if __name__ == "__main__":
    found = {
        "karrio": {"rate": karrio(60), "beside": "rate sheets: 7 zones x 150 pounds, floats, no fuel, no dates"},
        "packvium": {
            "rate": packvium(20_000),
            "beside": "commerce rating: a price per kg and zone, no brackets, no dates",
        },
    }
    print(json.dumps(found))
