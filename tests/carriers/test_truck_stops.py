"""A truck that unloads at several places of one lane: what it costs, worked out by hand, and where it does not go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doorstep.carriers.bills import Bill, NoRate, NoRateWhy
from doorstep.carriers.distance import Haul
from doorstep.carriers.shipments import Piece, shipment_bill
from doorstep.carriers.stops import Roads, area_of, roads, takes_stops
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.terms.freight import TruckTariff
from doorstep.terms.measures import Measure
from doorstep.terms.parcel import Size
from doorstep.terms.places import Locality, Position
from doorstep.terms.service import CarrierService
from tests.carriers.test_freight import tariff

HERE = Locality("US-606", "60623", False, Position(0, 0))
# On the equator an angle of a tenth of a degree is 11,120 m through the air and 14,456 m by road.
NEAR, FAR, FARTHER = (Locality("US-532", f"5320{n}", False, Position(0, n * 100_000)) for n in (1, 2, 3))
PIECES = [Piece(Size(500, 500, 500), 100_000)]
TENTH_M = 14_456


def service(**otherwise: Any) -> CarrierService:
    return CarrierService("truck", "any", "Truck", replace(tariff("truck"), **otherwise), {}, {})


def bill(by: CarrierService, *stops: Locality) -> Bill | NoRate:
    return shipment_bill(by, PIECES, Haul(HERE, stops[-1], None, stops[:-1]))


def charges(found: Bill | NoRate) -> dict[str, int]:
    assert isinstance(found, Bill), found
    return {charge.name: charge.minor for charge in found.charges}


def test_stops_on_the_way_cost_their_charge_and_those_out_of_it_the_miles_besides() -> None:
    free = service(lanes=tuple(replace(lane, minimum_minor=0) for lane in tariff("truck").lanes))
    # 3 x 14,456 m are 26.9 miles, 27 begun at 2.80.
    straight = charges(bill(free, FARTHER))
    assert straight == {"linehaul": 27 * 280, "fuel by distance": 1_580}
    assert charges(bill(free, NEAR, FAR, FARTHER)) == {**straight, "stops": 2 * 7_500}
    # To the farthest first, and back to the nearest: 5 x 14,456 m, 45 begun.
    assert charges(bill(free, FARTHER, NEAR))["linehaul"] == 45 * 280


def test_who_states_the_distance_of_a_lane_is_paid_for_what_lies_out_of_the_way() -> None:
    stated = replace(tariff("truck").lanes[-1], distance=Measure(100, 1, "mi"), minimum_minor=0)
    by = service(lanes=(stated,))
    assert charges(bill(by, NEAR, FARTHER))["linehaul"] == 100 * 280
    # Four tenths of a degree more than to the nearest alone: 57,824 m are 35.9 miles.
    assert charges(bill(by, FARTHER, NEAR))["linehaul"] == 136 * 280


def test_standing_beyond_the_free_time_is_detention_at_each_stop() -> None:
    by = service(stop_seconds=8_100)  # a quarter of an hour too long, at 60.00 an hour
    assert charges(bill(by, FAR))["detention"] == 1_500
    assert charges(bill(by, NEAR, FAR, FARTHER))["detention"] == 3 * 1_500


@pytest.mark.parametrize(
    ("stops", "otherwise", "why", "says"),
    [
        ((NEAR, FAR), {"most_stops": 0}, NoRateWhy.NO_STOPS, "to one consignee, not to several"),
        ((NEAR, FAR, FARTHER), {"most_stops": 1}, NoRateWhy.TOO_MANY_STOPS, "at 1 places at most, this is 2"),
        ((NEAR, Locality("US-750", "75001", False, Position(0, 0))), {}, NoRateWhy.TWO_LANES, "US-75001 is in another"),
        ((NEAR, Locality("US-900", "90001", False, Position(0, 0))), {}, NoRateWhy.NO_ZONE, "to US-90001"),
        ((NEAR, Locality("US-532")), {}, NoRateWhy.NO_DISTANCE, "nobody says how far"),
        ((NEAR, FARTHER), {"stops_within": Measure(20, 1, "km")}, NoRateWhy.STOPS_APART, "20000 m at most"),
        ((NEAR, FAR), {"most": Measure(99, 1, "kg")}, NoRateWhy.TOO_HEAVY, "99 kg at most"),
        ((NEAR, FAR), {"most_volume": Measure(100, 1, "l")}, NoRateWhy.TOO_BULKY, "100 l at most"),
    ],
)
def test_a_truck_does_not_go_to_several_places(
    stops: tuple[Locality, ...], otherwise: dict[str, Any], why: NoRateWhy, says: str
) -> None:
    no = bill(service(**otherwise), *stops)
    assert isinstance(no, NoRate)
    assert no.why is why
    assert says in no.says


def test_only_a_truck_goes_to_several_places() -> None:
    for name in ("ltl", "van"):
        by = CarrierService(name, "any", name, tariff(name), {}, {})
        no = bill(by, NEAR, FAR)
        assert isinstance(no, NoRate)
        assert no.why is NoRateWhy.NO_STOPS
        assert not takes_stops(by.tariff)
        assert area_of(by.tariff, HERE, NEAR) is None


def test_places_of_one_lane_are_one_area() -> None:
    lanes = {area_of(tariff("truck"), HERE, place) for place in (NEAR, FAR, Locality("US-553", "55301"))}
    assert lanes == {("US-606", "US-5")}
    assert area_of(tariff("truck"), HERE, Locality("US-900", "90001")) is None


def test_later_is_what_the_way_over_the_other_stops_takes_more_than_the_way_straight_there() -> None:
    found = roads(tariff("truck"), "truck", HERE, (NEAR, FAR))
    assert isinstance(found, Roads)
    # 14,456 m at 80 km/h are 651 seconds begun.
    assert (found.metres[0][1], found.seconds[0][1], found.stop_seconds) == (TENTH_M, 651, 2_700)
    # On the way there is a stop; the other way round it is driven past the nearest, and back.
    assert found.later_seconds((1, 2)) == (0, 2_700 + 2 * 651 - found.seconds[0][2])
    assert found.later_seconds((2, 1)) == (0, found.seconds[0][2] + 2_700 + 651 - 651)


def test_a_truck_that_makes_stops_says_how_fast_it_drives(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="say how fast it drives"):
        TruckTariff("t", "USD", (), most_stops=1)
    (tmp_path / "lanes.csv").write_text("origin,destination,price\n606,5,2.80\n")
    told = 'kind = "truck"\ntariff_id = "t"\ncurrency = "USD"\nlanes = { file = "lanes.csv" }\nmost_stops = 2\n'
    (tmp_path / "truck.toml").write_text(told)
    assert "say speed_kmh" in str(read_tariffs(tmp_path / "truck.toml"))


def test_a_truck_says_what_it_measures_inside(tmp_path: Path) -> None:
    assert tariff("truck").trailer == (630, 98, 108, 1, "in")
    (tmp_path / "lanes.csv").write_text("origin,destination,price\n606,5,2.80\n")
    told = 'kind = "truck"\ntariff_id = "t"\ncurrency = "USD"\nlanes = { file = "lanes.csv" }\n'
    for said in ('"0 x 98 x 108 in"', '"98 x 108 in"', "7"):
        (tmp_path / "truck.toml").write_text(f"{told}trailer = {said}\n")
        assert not isinstance(read_tariffs(tmp_path / "truck.toml"), TariffsIn)
