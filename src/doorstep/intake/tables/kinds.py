"""What can be brought, field by field: the one place that docs, maps and readers take it from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.intake.tables import builders as make

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind: how its cells are read, and which attributes of the value it tells (dotted, comma between).

    `line`: it belongs to a line of a group, not to the whole.
    """

    name: str
    reads: str
    says: str
    needed: bool = False
    tells: str = ""
    line: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of import. `key` are the fields that name one (none: every row is one of its own);
    `group` says that several rows make one, by its key.

    `build` makes the value of a row, or of a group of (header, lines); WrongRowError where it cannot.
    """

    name: str
    says: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    build: Callable[..., Any]
    group: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.needed)


def _address(where: str = "address.", needed: bool = True) -> tuple[Field, ...]:
    return (
        Field("street", "text", "street and number; further lines behind a ;", False, f"{where}lines"),
        Field("city", "text", "town", needed, f"{where}city"),
        Field("postcode", "text", "postcode, as the country writes it", False, f"{where}postcode"),
        Field("country", "country", "two letters, ISO 3166-1", needed, f"{where}country"),
        Field("residential", "yes_no", "it is a home, which carriers charge more for", False, f"{where}residential"),
        Field("latitude", "latitude", "degrees north, where prices go by distance", False, f"{where}position"),
        Field("longitude", "longitude", "degrees east", False, f"{where}position"),
    )


_REACHED = (
    Field("email", "text", "address for notices", False, "address.email"),
    Field("phone", "phone", "number for the driver", False, "address.phone"),
)

ITEMS = Kind(
    "items",
    "what you sell: a row for each item",
    ("item_id",),
    (
        Field("item_id", "id", "your number of the item", True, "item_id"),
        Field("description", "text", "what it is, for people", True, "description"),
        Field("length", "length", "longest side; all three sides or none", False, "size"),
        Field("width", "length", "", False, "size"),
        Field("height", "length", "", False, "size"),
        Field("weight", "weight", "of one unit, packed to be sold", False, "weight_g"),
        Field("tracking", "tracking", "none, lot or serial", False, "tracking"),
        Field("hazard", "text", "UN class, such as 9; empty: harmless", False, "hazard"),
        Field("un_number", "text", "four digits, such as 3481", False, "un_number"),
        Field("packing_group", "text", "I, II or III", False, "packing_group"),
        Field(
            "limited_quantity", "yes_no", "inner packaging within the limit of its UN number", False, "limited_quantity"
        ),
        Field("equipment", "text", "a lithium battery is `in` its equipment or packed `with` it", False, "equipment"),
        Field("lithium_mwh", "whole", "rated energy of a lithium-ion battery, mWh", False, "lithium_mwh"),
        Field("lithium_mg", "whole", "lithium in a lithium-metal battery, mg", False, "lithium_mg"),
        Field("lithium_cell", "yes_no", "it is a single cell", False, "lithium_cell"),
        Field("charge_percent", "whole", "state of charge of a lithium-ion battery", False, "charge_percent"),
        Field("battery_g", "whole", "what the batteries of one unit weigh, grams", False, "battery_g"),
        Field("temperature", "text", "chilled or frozen: must stay so on its way", False, "temperature"),
        Field("transit_hours", "whole", "hours that it may be on its way", False, "transit_hours"),
        Field("coolant", "text", "gel or dry ice", False, "coolant"),
        Field("coolant_g", "whole", "coolant to a unit, grams", False, "coolant_g"),
        Field("over_weekend", "yes_no", "may wait at a carrier over days off, though cold", False, "over_weekend"),
        Field("licence", "text", "what whoever gets it must hold, such as pharmacy", False, "licence"),
        Field("min_age", "whole", "years, asked for at the door", False, "min_age"),
        Field("upright", "yes_no", "this side up", False, "upright"),
        Field("fragile", "yes_no", "nothing may stand on it", False, "fragile"),
        Field("up", "sides", "measures that may point up: `height`, `width height`; empty: any", False, "up"),
        Field("most_on_top", "weight", "the most that may stand on one; empty: anything", False, "most_on_top_g"),
        Field("keep_apart", "text", "goods of different groups share no carton", False, "keep_apart"),
        Field("keep_together", "text", "all of a group share one carton", False, "keep_together"),
        Field("classes", "several", "what it is, such as liquid; the company says what is separated", False, "classes"),
        Field("own_container", "yes_no", "ships as it is, in no carton", False, "own_container"),
        Field("price", "money", "of one unit", False, "price_minor"),
        Field("sold_by", "whole", "units in a package that is not broken", False, "sold_by"),
        Field("parts", "parts", "what a kit is made of: `MUG:2 TEA:1`", False, "parts"),
    ),
    make.item,
)
SITES = Kind(
    "sites",
    "where you ship from",
    ("site_id",),
    (
        Field("site_id", "site_id", "your name of the site; no `/`", True, "site_id"),
        Field("name", "text", "for people", True, "name"),
        *_address(),
        Field("zone", "zone", "whose clock hangs there, such as America/Chicago", True, "calendar.zone"),
        Field("weekdays", "weekdays", "`mon-fri`, `1,2,6`; Monday is 1", False, "calendar.weekdays"),
        Field("opens", "wall_time", "`08:00`", False, "calendar.opens"),
        Field("closes", "wall_time", "`17:00`", False, "calendar.closes"),
        Field("daily_orders", "whole", "most that leave on a day; 0: no limit", False, "daily_orders"),
        Field("kind", "site_kind", "own, store, 3pl or vendor", False, "kind"),
        Field("answer_minutes", "whole", "it says yes or no to an order within; 0: it is not asked", False, "terms"),
        Field("confidence_percent", "whole", "how surely its stock is there, 50 to 100", False, "terms"),
    ),
    make.site,
)
PLACES = Kind(
    "places",
    "bins of sites",
    ("place_id",),
    (
        Field("place_id", "id", "with its site: `CS/A-01`", False, "place_id"),
        Field("site_id", "site_id", "or the site, and ...", False, "place_id"),
        Field("bin", "id", "... the bin's name in it", False, "place_id"),
    ),
    make.place,
)
STOCK = Kind(
    "stock",
    "what stands where, as a count would find it",
    ("place_id", "item_id", "lot"),
    (
        Field("place_id", "id", "the bin with its site: `CS/A-01`", True, "place_id"),
        Field("item_id", "id", "the item", True, "item_id"),
        Field("quantity", "whole", "how many units stand there, not how many came", True, "quantity"),
        Field("lot", "text", "of items tracked by lot", False, "lot"),
        Field("expires_on", "day", "the lot's last day", False, "expires_on"),
        Field("serials", "several", "of items tracked by serial, blanks between", False, "serials"),
    ),
    make.stock,
)
CUSTOMERS = Kind(
    "customers",
    "whom you deliver to, and on which terms",
    ("customer_id",),
    (
        Field("customer_id", "id", "your number of the customer", True, "customer_id"),
        Field("name", "text", "person or company", True, "address.name"),
        *_address(),
        *_REACHED,
        Field("customer_class", "text", "such as trade", False, "terms.customer_class"),
        Field("ship_complete", "yes_no", "all in one delivery", False, "terms.ship_complete"),
        Field("backorder", "yes_no", "waits for what is not there", False, "terms.backorder"),
        Field("max_deliveries", "whole1", "most deliveries of one order", False, "terms.max_deliveries"),
        Field("min_shelf_life_days", "whole", "left on arrival", False, "terms.min_shelf_life_days"),
        Field("wanted_percent", "per_cent", "how surely promises are kept, 50 to 99.9999", False, "terms.wanted_ppm"),
        Field("receives", "weekdays", "days on which goods are taken in: `mon-fri`", False, "terms.receives"),
        Field("receives_from", "wall_time", "`07:00`", False, "terms.receives"),
        Field("receives_until", "wall_time", "`15:00`", False, "terms.receives"),
        Field("receives_zone", "zone", "whose clock hangs there", False, "terms.receives"),
        Field("language", "text", "of notices, such as en", False, "terms.language"),
        Field("preference", "preference", "cheapest or fastest offer", False, "terms.preference"),
        Field("licences", "several", "kind:number:last day, such as pharmacy:P-17:2027-06-30", False, "terms.licences"),
    ),
    make.customer,
)
SUPPLIERS = Kind(
    "suppliers",
    "who brings your goods",
    ("supplier_id",),
    (
        Field("supplier_id", "id", "your number of the supplier", True, "supplier_id"),
        Field("name", "text", "for people", True, "name"),
        *_address(needed=False),
        *_REACHED,
        Field("lead_days", "whole", "days from order to delivery, as agreed", False, "lead_days"),
    ),
    make.supplier,
)
PURCHASE_ORDERS = Kind(
    "purchase_orders",
    "what suppliers are still to deliver: a row for each line",
    ("po", "line"),
    (
        Field("po", "id", "your number of the purchase order", True, "po"),
        Field("line", "whole1", "its line; 1 if there is only one", False, "line_no"),
        Field("supplier_id", "id", "who brings it", True, "supplier_id"),
        Field("site_id", "site_id", "where to", True, "site_id"),
        Field("item_id", "id", "the item", True, "item_id"),
        Field("quantity", "whole1", "units still to come", True, "quantity"),
        Field("due_at", "noon", "when; a bare day means its noon", True, "due_at"),
    ),
    make.purchase,
)
_CONSIGNEE = (
    Field("customer_id", "id", "who orders", True, "customer_id"),
    Field("name", "text", "consignee", True, "ship_to.name"),
    *_address("ship_to."),
    Field("email", "text", "address for notices", False, "ship_to.email"),
    Field("phone", "phone", "number for the driver", False, "ship_to.phone"),
)
ORDERS = Kind(
    "orders",
    "orders to be promised now: a row for each line, lines of one order share its number",
    ("order",),
    (
        Field("order", "id", "your number of the order: the same one again is no second order", True, "reference"),
        *_CONSIGNEE,
        Field("currency", "text", "three letters; of the map if no column", False, "currency"),
        Field("item_id", "id", "the item", True, "lines", line=True),
        Field("quantity", "whole1", "units", True, "lines", line=True),
        Field("asked_from", "day", "not before this day", False, "asked_from"),
        Field("asked_by", "day", "not after this day", False, "asked_by"),
        Field("cleared", "yes_no", "paid; no: it waits for payment", False, "cleared"),
    ),
    make.order,
    group=True,
)
TARIFFS = Kind(
    "tariffs",
    "prices of carrier services: a row for each weight step and zone",
    ("service_id",),
    (
        Field("service_id", "id", "the service, which must be there", True, "service_id"),
        Field("tariff_id", "id", "name of this version of its prices", True, "tariff_id"),
        Field("currency", "text", "three letters; of the map if no column", False, "currency"),
        Field("zone", "text", "zone of the tariff", True, "steps", line=True),
        Field("up_to", "weight", "heaviest parcel of the step", True, "steps", line=True),
        Field("price", "money", "of one parcel", True, "steps", line=True),
    ),
    make.tariff,
    group=True,
)
SCANS = Kind(
    "scans",
    "what carriers told of parcels",
    ("carrier_id", "message_id"),
    (
        Field("carrier_id", "id", "the carrier", True, "carrier_id"),
        Field("tracking_number", "id", "the carrier's number of the parcel", True, "tracking_number"),
        Field("code", "text", "the carrier's code, such as DL", True, "code"),
        Field("scanned_at", "instant", "when", True, "scanned_at"),
        Field("place", "text", "where", False, "place"),
        Field("message_id", "id", "the carrier's number of the message; else made from the row", False, "message_id"),
    ),
    make.scan,
)
HISTORY = Kind(
    "history",
    "past orders, to be replayed: a row for each line",
    ("order",),
    (
        Field("order", "id", "number of the order in the old system", True),
        Field("customer_id", "id", "who ordered", True),
        Field("name", "text", "consignee"),
        Field("street", "text", "street and number"),
        Field("city", "text", "town"),
        Field("postcode", "text", "postcode, or its head"),
        Field("country", "country", "two letters, ISO 3166-1", True),
        Field("service_id", "id", "carrier service of the map it went by", True),
        Field("currency", "text", "of the freight; of the map if no column"),
        Field("placed_at", "instant", "when it was ordered"),
        Field("cleared_at", "instant", "when it was paid or approved"),
        Field("promised_from", "day", "first day the customer was told"),
        Field("promised_by", "day", "last day the customer was told"),
        Field("handed_over_at", "instant", "when the carrier took it"),
        Field("delivered_at", "instant", "when it was at the door"),
        Field("state", "ended", "delivered, cancelled or open, by the map's `values`", True),
        Field("weight", "weight", "of the whole order"),
        Field("item_id", "id", "the item", True, line=True),
        Field("quantity", "whole1", "units; 1 if no column", line=True),
        Field("site_id", "site_id", "the site that shipped it", True, line=True),
        Field("freight", "money", "what carriage cost; summed over the lines", line=True),
    ),
    make.past_order,
    group=True,
)
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        *(ITEMS, SITES, PLACES, STOCK, CUSTOMERS, SUPPLIERS, PURCHASE_ORDERS, ORDERS, TARIFFS, SCANS, HISTORY),
    )
}
