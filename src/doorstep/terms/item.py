"""What we sell: an item's shape, how it is tracked, and what it may not do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorstep.terms.parcel import Side, Size


class Tracking(StrEnum):
    """Whether units are told apart: not at all, by lot, or one by one."""

    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


class Equipment(StrEnum):
    """Where a lithium battery of UN 3481 or 3091 is: in the equipment it runs, or beside it in the box."""

    NONE = ""
    IN = "in"
    WITH = "with"


class Temperature(StrEnum):
    """How cold an item must stay on its way."""

    AMBIENT = ""
    CHILLED = "chilled"
    FROZEN = "frozen"


class Coolant(StrEnum):
    """What keeps it so in its box. Dry ice is dangerous goods itself (UN 1845)."""

    NONE = ""
    GEL = "gel"
    DRY_ICE = "dry ice"


@dataclass(frozen=True, slots=True)
class Part:
    """`quantity` units of `item_id` go into one kit."""

    item_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the catalogue. Unknown size or weight is None: it is estimated with a spread, and learned when packed.

    `parts` make it a kit: it is promised, held and picked as the sum of its parts.
    `sold_by` is how many units a package holds that is not broken: it is ordered in multiples of that.
    `hazard` is a UN hazard class such as '9' or '3', empty for harmless goods; `un_number` has four digits,
    `packing_group` is I, II or III. `limited_quantity`: its inner packaging keeps to the limit of its UN number.
    A lithium battery's content is `lithium_mwh` (ion, rated energy) or `lithium_mg` (metal, lithium content), of the
    one cell where `lithium_cell`, else of the battery; `charge_percent` is its state of charge, `battery_g` what the
    batteries of one unit weigh. None: nobody knows.
    How it may be packed is told as `PackItem` has it: `up` names the measures that may point up (none: all), `upright`
    is short for the height alone; `most_on_top_g` is the most that may stand on one, `fragile` is short for nothing.

    `transit_hours` is how long it may be on its way (None: nobody said), cooled by `coolant_g` of `coolant` to a unit;
    what must stay cold waits at no carrier over a day off unless `over_weekend`. `licence` names what whoever gets it
    must hold, such as `pharmacy`; `min_age` is asked for at the door, in years.
    """

    item_id: str
    description: str
    size: Size | None = None
    weight_g: int | None = None
    tracking: Tracking = Tracking.NONE
    parts: tuple[Part, ...] = ()
    hazard: str = ""
    upright: bool = False
    fragile: bool = False
    own_container: bool = False
    price_minor: int = 0
    sold_by: int = 1
    un_number: str = ""
    packing_group: str = ""
    limited_quantity: bool = False
    equipment: Equipment = Equipment.NONE
    lithium_mwh: int | None = None
    lithium_mg: int | None = None
    lithium_cell: bool = False
    charge_percent: int | None = None
    up: tuple[Side, ...] = ()
    most_on_top_g: int | None = None
    keep_apart: str = ""
    keep_together: str = ""
    classes: tuple[str, ...] = ()
    temperature: Temperature = Temperature.AMBIENT
    transit_hours: int | None = None
    coolant: Coolant = Coolant.NONE
    coolant_g: int | None = None
    over_weekend: bool = False
    licence: str = ""
    min_age: int = 0
    battery_g: int | None = None

    def __hash__(self) -> int:
        # Of thirty fields one tells items apart; two definitions of one item are still not equal.
        return hash(self.item_id)
