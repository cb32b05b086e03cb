"""Freight by its tariff: less-than-truckload, full trucks, routes of own vans. Each line is rounded once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from doorstep.carriers.bills import Bill, Charge, NoRate, NoRateWhy, share
from doorstep.carriers.sheets import fuel_of
from doorstep.carriers.zones import Zones
from doorstep.terms.freight import Accessorial, ClassRates, LtlTariff, TruckLane, TruckTariff, VanTariff
from doorstep.terms.measures import Measure, Sides
from doorstep.terms.tariff import ChargeKind, ZoneRule

_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Handled:
    """Handling units of one kind: so many pallets of outer sides and a weight each; `freight_class` '' by density."""

    weight: Measure
    sides: Sides
    quantity: int = 1
    freight_class: str = ""


@dataclass(frozen=True, slots=True)
class Freight:
    """A shipment of freight between two areas, with the accessorials asked for. ValueError where nothing is sent."""

    handled: tuple[Handled, ...]
    origin: str
    destination: str
    on: date | None = None
    accessorials: tuple[str, ...] = ()
    account: str = ""

    def __post_init__(self) -> None:
        if not self.handled or any(_nothing(unit) for unit in self.handled):
            raise ValueError("freight has handling units, each of a weight and three sides above zero")

    @property
    def exact_g(self) -> Fraction:
        return sum((unit.weight.exact * unit.quantity for unit in self.handled), Fraction(0))


def _nothing(unit: Handled) -> bool:
    return unit.quantity <= 0 or unit.weight.ticks <= 0 or min(unit.sides[:3]) <= 0


class UnknownNameError(ValueError):
    """An accessorial or a freight class that the tariff does not know; the message names those there are."""


def ltl_bill(tariff: LtlTariff, freight: Freight, service_id: str = "") -> Bill | NoRate:
    """What a less-than-truckload shipment costs. UnknownNameError for a name that the tariff does not have."""
    named = _accessorials(tariff.accessorials, freight.accessorials)
    service_id = service_id or tariff.tariff_id
    zone = zone_of_lane(tariff.zones, freight.origin, freight.destination)
    no = _not_taken(service_id, tariff.first_day, tariff.last_day, tariff.most, freight)
    if no is not None:
        return no
    nowhere = NoRate(NoRateWhy.NO_ZONE, service_id, origin_area=freight.origin, destination_area=freight.destination)
    if zone is None:
        return nowhere
    units = _rounded(freight.exact_g, tariff.weight_to)
    linehaul = _by_class(tariff, freight, zone, units) if tariff.rates else _by_pallets(tariff, freight, zone)
    if linehaul is None:
        return nowhere
    gross = linehaul.minor
    off_minor = share(gross, tariff.discounts_ppm.get(freight.account, 0))
    minimum = tariff.minimum_minor.get(zone, tariff.minimum_minor.get("", 0))
    charges = [linehaul, Charge(ChargeKind.DISCOUNT, "discount", -off_minor)]
    charges.append(Charge(ChargeKind.MINIMUM, "to the minimum charge", max(minimum - gross + off_minor, 0)))
    hundreds = units * tariff.weight_to.exact * _over(tariff.per.exact)
    charges += _extras(named, hundreds, sum(charge.minor for charge in charges), fuel_of(tariff.fuel, freight.on))
    billable = str(Measure(units * tariff.weight_to.ticks, tariff.weight_to.per, tariff.weight_to.unit))
    return Bill(tariff.tariff_id, tariff.currency, zone, billable, tuple(c for c in charges if c.minor))


def zone_of_lane(rules: Sequence[ZoneRule], origin: str, destination: str) -> str | None:
    """The zone by the rules, which are sorted out once per tariff."""
    known = _ZONES.get(id(rules))
    if known is None or known[0] is not rules:
        if len(_ZONES) >= _MOST_KEPT:
            _ZONES.clear()
        known = _ZONES[id(rules)] = (rules, Zones(rules))
    return known[1].of(origin, destination)


_MOST_KEPT = 64
_ZONES: dict[int, tuple[Sequence[ZoneRule], Zones]] = {}


def _by_class(tariff: LtlTariff, freight: Freight, zone: str, units: int) -> Charge | None:
    """Each class at the rate of the whole shipment's break; at the next break, paid up to its weight, if cheaper."""
    rates = {each.freight_class: each for each in tariff.rates if each.zone == zone}
    if not rates:
        return None
    of_class = _weights_by_class(tariff, freight, rates)
    shipped = units * tariff.weight_to.exact
    per = _over(tariff.per.exact)
    # What rounding the whole weight up adds rides with the cheapest class, as the deficit does.
    missing = shipped - sum(of_class.values())
    breaks = sorted({up.exact for each in rates.values() for up, _ in each.breaks if up.exact > shipped})
    offers = []
    for at in (shipped, *(breaks if tariff.deficit else ())):
        priced = {name: _rate_at(rates[name], at) for name in of_class}
        deficit = missing + (at - shipped)
        exact = sum((weight * per * priced[name] for name, weight in of_class.items()), Fraction(0))
        offers.append((_nearest(exact + deficit * per * min(priced.values())), at))
    minor, at = min(offers)
    classes = ", ".join(f"class {name}" for name in of_class)
    basis = f"{classes}, zone {zone}" + ("" if at == shipped else ", as the next weight break")
    return Charge(ChargeKind.BASE, "linehaul", minor, basis)


def _weights_by_class(tariff: LtlTariff, freight: Freight, rates: Mapping[str, ClassRates]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for unit in freight.handled:
        name = unit.freight_class or class_of(tariff, unit)
        if name not in rates:
            raise UnknownNameError(f"{tariff.tariff_id} has no class {name or '(none)'}; it has {', '.join(rates)}")
        found[name] = found.get(name, Fraction(0)) + unit.weight.exact * unit.quantity
    return found


def class_of(tariff: LtlTariff, unit: Handled) -> str:
    """The freight class of a handling unit by its density; the usual one where the tariff does not go by density."""
    if not tariff.densities:
        return tariff.usual_class
    volume = Fraction(1)
    for ticks in unit.sides[:3]:
        volume *= Measure(ticks, unit.sides.per, unit.sides.unit).exact
    reached = [
        (told.weight.exact * _over(told.volume.exact), told.freight_class)
        for told in tariff.densities
        if unit.weight.exact * told.volume.exact >= told.weight.exact * volume
    ]
    return max(reached)[1] if reached else tariff.usual_class


def _rate_at(rates: ClassRates, weight: Fraction) -> int:
    """Minor units a hundredweight at a shipment's weight."""
    reached = [minor for from_weight, minor in rates.breaks if from_weight.exact <= weight]
    return reached[-1] if reached else rates.breaks[0][1]


def _by_pallets(tariff: LtlTariff, freight: Freight, zone: str) -> Charge | None:
    """By pallet spaces; beyond the last price each more costs what the last one added."""
    prices = tariff.pallets_minor.get(zone, ())
    if not prices:
        return None
    spaces = sum(unit.quantity * _spaces(tariff, unit.sides) for unit in freight.handled)
    minor = prices[min(spaces, len(prices)) - 1]
    if spaces > len(prices):
        minor += (spaces - len(prices)) * (prices[-1] - (prices[-2] if len(prices) > 1 else 0))
    return Charge(ChargeKind.BASE, "linehaul", minor, f"{spaces} pallet spaces, zone {zone}")


def _spaces(tariff: LtlTariff, sides: Sides) -> int:
    """Spaces that a unit takes on the floor, its two sides there the way round that takes fewer; the third is up."""
    if tariff.pallet is None:
        return 1
    length, width = (Measure(ticks, sides.per, sides.unit).exact for ticks in (sides.length, sides.width))
    long, wide = tariff.pallet.exact, (tariff.pallet_width or tariff.pallet).exact
    ways = ((length, width), (width, length))
    return min(_ceil(one * _over(long)) * _ceil(other * _over(wide)) for one, other in ways)


@dataclass(frozen=True, slots=True)
class Trip:
    """A truck's trip: stops beside the first loading and the last unloading, seconds waited at each stop. `detour` is
    what it drives for the sake of stops beyond the way to the last one."""

    origin: str
    destination: str
    weight: Measure | None = None
    distance: Measure | None = None
    stops: int = 0
    waited_seconds: tuple[int, ...] = ()
    on: date | None = None
    accessorials: tuple[str, ...] = ()
    detour: Measure | None = None


def truck_bill(tariff: TruckTariff, trip: Trip, service_id: str = "") -> Bill | NoRate:
    """What a whole truck costs. The lane's own distance goes before the trip's; ValueError where neither is told."""
    named = _accessorials(tariff.accessorials, trip.accessorials)
    service_id = service_id or tariff.tariff_id
    if not _valid(tariff.first_day, tariff.last_day, trip.on):
        return NoRate(NoRateWhy.NOT_VALID, service_id)
    if trip.weight and tariff.most and trip.weight.exact > tariff.most.exact:
        return _too_heavy(service_id, trip.weight.exact, tariff.most)
    lane = lane_of(tariff.lanes, trip.origin, trip.destination)
    if lane is None:
        return NoRate(NoRateWhy.NO_ZONE, service_id, origin_area=trip.origin, destination_area=trip.destination)
    distance = lane.distance or trip.distance
    if distance is None:
        raise ValueError(f"{tariff.tariff_id} states no distance for {lane.origin} to {lane.destination}: say it")
    units = _rounded(distance.exact + (trip.detour.exact if trip.detour else 0), tariff.unit)
    linehaul = max(_nearest(Fraction(units * lane.price.minor, lane.price.per)), lane.minimum_minor)
    charges = [Charge(ChargeKind.DISTANCE, "linehaul", linehaul, f"{units} {tariff.unit.unit}")]
    paid = max(trip.stops - tariff.free_stops, 0)
    charges.append(Charge(ChargeKind.STOPS, "stops", paid * tariff.stop_minor, f"{paid} beyond the free ones"))
    charges.append(Charge(ChargeKind.DETENTION, "detention", _detention(tariff, trip.waited_seconds)))
    each = _nearest(Fraction(units * tariff.fuel_each.minor, tariff.fuel_each.per))
    charges.append(Charge(ChargeKind.FUEL, "fuel by distance", each))
    charges += _extras(named, Fraction(0), linehaul, fuel_of(tariff.fuel, trip.on))
    zone = f"{lane.origin} to {lane.destination}"
    return Bill(
        *(tariff.tariff_id, tariff.currency, zone, f"{units} {tariff.unit.unit}"),
        tuple(charge for charge in charges if charge.minor),
    )


def lane_of(lanes: Iterable[TruckLane], origin: str, destination: str) -> TruckLane | None:
    """The longest destination, then the longest origin, then the earlier lane."""
    matching = [lane for lane in lanes if origin.startswith(lane.origin) and destination.startswith(lane.destination)]
    return max(matching, key=lambda lane: (len(lane.destination), len(lane.origin)), default=None)


def _detention(tariff: TruckTariff, waited_seconds: Iterable[int]) -> int:
    step = tariff.detention_step_seconds
    steps = sum(-(-max(waited - tariff.detention_free_seconds, 0) // step) for waited in waited_seconds)
    return _nearest(Fraction(steps * step * tariff.detention_hour_minor, _HOUR))


def van_bill(tariff: VanTariff, distance_m: int, seconds: int, stops: int) -> Bill:
    """What a route of an own van costs: metres driven, seconds from going out to being back, stops made."""
    kilometres = Fraction(distance_m * tariff.kilometre.minor, 1_000 * tariff.kilometre.per)
    charges = [
        Charge(ChargeKind.BASE, "route", tariff.route_minor),
        Charge(ChargeKind.DISTANCE, "distance", _nearest(kilometres), f"{distance_m} m"),
        Charge(ChargeKind.TIME, "time", _nearest(Fraction(seconds * tariff.hour_minor, _HOUR)), f"{seconds} s"),
        Charge(ChargeKind.STOPS, "stops", stops * tariff.stop_minor, f"{stops} stops"),
    ]
    least = max(tariff.minimum_minor - sum(charge.minor for charge in charges), 0)
    charges.append(Charge(ChargeKind.MINIMUM, "to the minimum charge", least))
    return Bill(tariff.tariff_id, tariff.currency, "", "one route", tuple(c for c in charges if c.minor))


# -- what they share ---------------------------------------------------------------------------------------------------


def _accessorials(there: Iterable[Accessorial], asked: Iterable[str]) -> list[Accessorial]:
    known = {each.name: each for each in there}
    for name in asked:
        if name not in known:
            raise UnknownNameError(f"there is no accessorial {name!r}; there are {', '.join(known) or 'none'}")
    return [known[name] for name in asked]


def _extras(named: Iterable[Accessorial], hundreds: Fraction, linehaul: int, fuel_ppm: int) -> Iterator[Charge]:
    fuelled = linehaul
    for each in named:
        minor = max(each.price_minor + _nearest(hundreds * each.per_hundred_minor), each.least_minor)
        minor = min(minor, each.most_minor) if each.most_minor else minor
        fuelled += minor if each.fuelled else 0
        yield Charge(ChargeKind.ACCESSORIAL, each.name, minor)
    yield Charge(ChargeKind.FUEL, "fuel", share(fuelled, fuel_ppm))


def _not_taken(
    service_id: str, first: date | None, last: date | None, most: Measure | None, freight: Freight
) -> NoRate | None:
    if not _valid(first, last, freight.on):
        return NoRate(NoRateWhy.NOT_VALID, service_id)
    if most and freight.exact_g > most.exact:
        return _too_heavy(service_id, freight.exact_g, most)
    return None


def _valid(first: date | None, last: date | None, on: date | None) -> bool:
    return on is None or ((first is None or first <= on) and (last is None or on <= last))


def _too_heavy(service_id: str, exact_g: Fraction, most: Measure) -> NoRate:
    unit = Measure(1, 1, most.unit).exact
    needs, allowed = _ceil(exact_g * _over(unit)), most.ticks // most.per
    return NoRate(NoRateWhy.TOO_HEAVY, service_id, needs, allowed, unit=most.unit)


def _rounded(exact: Fraction, to: Measure) -> int:
    """Whole multiples of a measure, rounded up."""
    return _ceil(exact * _over(to.exact))


def _over(exact: Fraction) -> Fraction:
    return Fraction(exact.denominator, exact.numerator)


def _ceil(exact: Fraction) -> int:
    return -(-exact.numerator // exact.denominator)


def _nearest(exact: Fraction) -> int:
    """The nearest whole number of an amount from zero up, halves up."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
