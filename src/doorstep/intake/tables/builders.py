"""From the fields of a row, or of a group of rows, to the value they mean."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from doorstep.intake.orders import position_at
from doorstep.intake.values import (
    CustomerRow,
    Ended,
    PastLine,
    PastOrder,
    PlaceRow,
    PurchaseRow,
    ScanRow,
    SiteRow,
    StockRow,
    SupplierRow,
    TariffRow,
)
from doorstep.terms.calendar import Calendar
from doorstep.terms.item import Coolant, Equipment, Item, Part, Temperature, Tracking
from doorstep.terms.order import Licence, Line, Order, Terms
from doorstep.terms.parcel import Size
from doorstep.terms.places import Address, NodeTerms, Position, SiteKind
from doorstep.terms.service import WeightStep

Values = Mapping[str, Any]


class WrongRowError(ValueError):
    """What is wrong with a row whose cells are right, and at which field it is seen."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(says)
        self.field = field


def item(row: Values) -> Item:
    sides = [row.get(side) for side in ("length", "width", "height")]
    told = [side for side in sides if side is not None]
    if told and len(told) < len(sides):
        raise WrongRowError("length", "length, width and height go together: name all three or none")
    if told and min(told) <= 0:
        raise WrongRowError("length", f"the sides are {', '.join(map(str, told))} mm; every one must be above zero")
    return Item(
        item_id=row["item_id"],
        description=row["description"],
        size=Size(*told) if told else None,
        weight_g=row.get("weight"),
        tracking=row.get("tracking") or Tracking.NONE,
        parts=tuple(Part(item_id, quantity) for item_id, quantity in row.get("parts") or ()),
        hazard=row.get("hazard") or "",
        un_number=row.get("un_number") or "",
        packing_group=row.get("packing_group") or "",
        limited_quantity=bool(row.get("limited_quantity")),
        equipment=_one_of(Equipment, row, "equipment"),
        lithium_mwh=row.get("lithium_mwh"),
        lithium_mg=row.get("lithium_mg"),
        lithium_cell=bool(row.get("lithium_cell")),
        charge_percent=row.get("charge_percent"),
        battery_g=row.get("battery_g"),
        temperature=_one_of(Temperature, row, "temperature"),
        transit_hours=row.get("transit_hours"),
        coolant=_one_of(Coolant, row, "coolant"),
        coolant_g=row.get("coolant_g"),
        over_weekend=bool(row.get("over_weekend")),
        licence=row.get("licence") or "",
        min_age=row.get("min_age") or 0,
        upright=bool(row.get("upright")),
        fragile=bool(row.get("fragile")),
        up=row.get("up") or (),
        most_on_top_g=row.get("most_on_top"),
        keep_apart=row.get("keep_apart") or "",
        keep_together=row.get("keep_together") or "",
        classes=row.get("classes") or (),
        own_container=bool(row.get("own_container")),
        price_minor=row.get("price") or 0,
        sold_by=row.get("sold_by") or 1,
    )


Word = TypeVar("Word", Equipment, Temperature, Coolant)


def _one_of(kind: type[Word], row: Values, field: str) -> Word:
    text = row.get(field) or ""
    if text not in list(kind):
        raise WrongRowError(field, f"{text!r} is none of {', '.join(filter(None, kind))}")
    return kind(text)


def address(row: Values, name: str = "name") -> Address:
    lines = tuple(line.strip() for line in (row.get("street") or "").split(";") if line.strip())
    return Address(
        name=row.get(name) or "",
        lines=lines,
        city=row.get("city") or "",
        postcode=row.get("postcode") or "",
        country=row.get("country") or "",
        email=row.get("email") or "",
        phone=row.get("phone") or "",
        residential=row.get("residential"),
        position=_position(row),
    )


def _position(row: Values) -> Position | None:
    latitude, longitude = row.get("latitude"), row.get("longitude")
    if (latitude is None) != (longitude is None):
        raise WrongRowError("latitude", "latitude and longitude go together: name both or neither")
    return position_at(latitude, longitude)


def site(row: Values) -> SiteRow:
    usual = Calendar()
    try:
        calendar = Calendar(
            zone=row["zone"],
            weekdays=row.get("weekdays") or usual.weekdays,
            opens=row.get("opens") or usual.opens,
            closes=row.get("closes") or usual.closes,
        )
    except ValueError as wrong:
        raise WrongRowError("opens", str(wrong)) from None
    kind = row.get("kind") or SiteKind.OWN
    answer_s, confidence = 60 * (row.get("answer_minutes") or 0), row.get("confidence_percent")
    try:
        terms = NodeTerms(answer_s, 10_000 * (100 if confidence is None else confidence))
    except ValueError as wrong:
        raise WrongRowError("confidence_percent", str(wrong)) from None
    return SiteRow(row["site_id"], row["name"], address(row), calendar, row.get("daily_orders") or 0, kind, terms)


def place(row: Values) -> PlaceRow:
    told = row.get("place_id") or "/".join(filter(None, (row.get("site_id"), row.get("bin"))))
    site_id, slash, name = told.partition("/")
    if not (site_id and slash and name):
        raise WrongRowError("place_id", f"{told!r} is not a bin with its site, such as CS/A-01")
    return PlaceRow(told)


def stock(row: Values) -> StockRow:
    return StockRow(
        place_id=row["place_id"],
        item_id=row["item_id"],
        quantity=row["quantity"],
        lot=row.get("lot") or "",
        expires_on=row.get("expires_on"),
        serials=row.get("serials") or (),
    )


def customer(row: Values) -> CustomerRow:
    terms = Terms(
        customer_class=row.get("customer_class"),
        ship_complete=row.get("ship_complete"),
        backorder=row.get("backorder"),
        max_deliveries=row.get("max_deliveries"),
        min_shelf_life_days=row.get("min_shelf_life_days"),
        wanted_ppm=row.get("wanted_percent"),
        receives=_receives(row),
        language=row.get("language"),
        preference=row.get("preference"),
        licences=licences_of(row.get("licences") or (), "licences"),
    )
    return CustomerRow(row["customer_id"], address(row), terms)


def licences_of(told: Sequence[str], field: str) -> tuple[Licence, ...] | None:
    """Licences as a cell has them: `pharmacy:P-17:2027-06-30`, kind, number and last day (none: no end)."""
    found = []
    for each in told:
        kind, _, rest = each.partition(":")
        number, _, until = rest.partition(":")
        try:
            last = date.fromisoformat(until) if until else None
        except ValueError:
            raise WrongRowError(field, f"{until!r} is no day such as 2027-06-30") from None
        if not (kind and number):
            raise WrongRowError(field, f"{each!r} is no licence such as pharmacy:P-17:2027-06-30")
        found.append(Licence(kind, number, last))
    return tuple(found) or None


def _receives(row: Values) -> Calendar | None:
    """When a customer takes goods in; None where nothing is said about it."""
    told = [name for name in ("receives", "receives_from", "receives_until", "receives_zone") if row.get(name)]
    if not told:
        return None
    if not row.get("receives_zone"):
        raise WrongRowError("receives_zone", "say whose clock hangs there, such as America/Chicago")
    usual = Calendar()
    try:
        return Calendar(
            zone=row["receives_zone"],
            weekdays=row.get("receives") or usual.weekdays,
            opens=row.get("receives_from") or usual.opens,
            closes=row.get("receives_until") or usual.closes,
        )
    except ValueError as wrong:
        raise WrongRowError("receives_from", str(wrong)) from None


def supplier(row: Values) -> SupplierRow:
    where = address(row) if row.get("country") or row.get("city") else None
    return SupplierRow(row["supplier_id"], row["name"], where, row.get("lead_days"))


def purchase(row: Values) -> PurchaseRow:
    about = (row["po"], row.get("line") or 1, row["supplier_id"], row["site_id"], row["item_id"])
    return PurchaseRow(*about, row["quantity"], row["due_at"])


def order(head: Values, lines: Sequence[Values]) -> Order:
    if not lines:
        raise WrongRowError("item_id", "no lines")
    return Order(
        customer_id=head["customer_id"],
        lines=tuple(Line(number, line["item_id"], line["quantity"]) for number, line in enumerate(lines, 1)),
        ship_to=address(head),
        currency=(head.get("currency") or "").upper(),
        reference=head["order"],
        asked_from=head.get("asked_from"),
        asked_by=head.get("asked_by"),
        cleared=head.get("cleared") is not False,
    )


def tariff(head: Values, lines: Sequence[Values]) -> TariffRow:
    steps: dict[int, dict[str, int]] = {}
    for line in lines:
        prices = steps.setdefault(line["up_to"], {})
        if line["zone"] in prices:
            raise WrongRowError("zone", f"zone {line['zone']} up to {line['up_to']} g has two prices")
        prices[line["zone"]] = line["price"]
    made = tuple(WeightStep(up_to_g, steps[up_to_g]) for up_to_g in sorted(steps))
    return TariffRow(head["service_id"], head["tariff_id"], (head.get("currency") or "").upper(), made)


def scan(row: Values) -> ScanRow:
    told = (row["tracking_number"], row["code"], row["scanned_at"], row.get("place") or "")
    own = hashlib.sha256("\x1f".join(map(str, (row["carrier_id"], *told))).encode()).hexdigest()[:32]
    return ScanRow(row["carrier_id"], row.get("message_id") or own, *told)


def past_order(head: Values, lines: Sequence[Values]) -> PastOrder:
    if not lines:
        raise WrongRowError("item_id", "no lines")
    units: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line["item_id"], line["site_id"])
        units[key] = units.get(key, 0) + (line.get("quantity") or 1)
    return PastOrder(
        reference=head["order"],
        customer_id=head["customer_id"],
        ship_to=address(head),
        service_id=head["service_id"],
        currency=(head.get("currency") or "").upper(),
        placed_at=head.get("placed_at"),
        cleared_at=head.get("cleared_at"),
        promised_from=head.get("promised_from"),
        promised_by=head.get("promised_by"),
        handed_over_at=head.get("handed_over_at"),
        delivered_at=head.get("delivered_at"),
        ended=head.get("state") or Ended.OPEN,
        lines=tuple(
            PastLine(number, item_id, quantity, site_id)
            for number, ((item_id, site_id), quantity) in enumerate(units.items(), 1)
        ),
        freight_minor=sum(line.get("freight") or 0 for line in lines),
        weight_g=head.get("weight"),
    )
