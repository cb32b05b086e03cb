"""Dangerous goods: whether a service may take them, and the marks and papers they travel with.

After the UN Model Regulations, ADR 2025 (road) and the ICAO Technical Instructions (air); docs/may_it_ship.md cites the
place of each rule. Whoever hands the goods over stays answerable: this stops what is plainly wrong or not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from doorstep.carriers.limits import (
    BATTERIES_CARGO,
    BATTERIES_PASSENGER,
    CHARGED_ALONE,
    CHARGED_WITH,
    CHARGED_WITH_ABOVE,
    LIMITED_PARCEL,
    SMALL_ALONE_PARCEL,
    SMALL_BATTERY_ION,
    SMALL_BATTERY_METAL,
    SMALL_CELL_ION,
    SMALL_CELL_METAL,
    SMALL_ION_ALONE_CARGO,
    SMALL_METAL_ALONE_CARGO,
)
from doorstep.carriers.rules import WHAT_TO_DO, Forbidden, Rule
from doorstep.terms.item import Coolant, Equipment, Item
from doorstep.terms.sending import Goods, Sending
from doorstep.terms.service import CarrierService

# Classes and divisions of the UN Model Regulations, 2.0.1.1; a bare '1' means any division of class 1.
_UN_CLASSES = frozenset(
    {"1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2", "2.1", "2.2", "2.3", "3", "4", "4.1", "4.2", "4.3"}
    | {"5", "5.1", "5.2", "6", "6.1", "6.2", "7", "8", "9"}
)
_GROUPS = ("", "I", "II", "III")
_WITH_GROUP = frozenset({"3", "4.2", "4.3", "5.1", "6.1", "8"})
# Articles of these classes that the Dangerous Goods List gives no packing group: batteries, fuel cells, articles.
_WITHOUT_GROUP = frozenset("2794 2795 2800 3028 3473 3476 3477 3540 3541 3542 3543 3544 3545 3546 3547 3548".split())
# Nor a class with divisions of which some never are, and 1.4, of which only compatibility group S is.
_NEVER_LIMITED = frozenset("1 1.1 1.2 1.3 1.4 1.5 1.6 2 2.3 4 4.2 6 6.2 7".split())
LIMITED = "LQ"  # on a service's list: limited quantities of any class, by road
_LIMITED_GROSS_G = LIMITED_PARCEL.value

ION, METAL = frozenset({"3480", "3481"}), frozenset({"3090", "3091"})
_ALONE, _LITHIUM = frozenset({"3480", "3090"}), ION | METAL


class Mark(StrEnum):
    """What stands on the outside of the parcel."""

    LIMITED_QUANTITY = "limited quantity"
    LIMITED_QUANTITY_AIR = "limited quantity Y"
    LITHIUM_BATTERY = "lithium battery"
    LITHIUM_LABEL = "label 9A"
    CARGO_AIRCRAFT_ONLY = "cargo aircraft only"
    CLASS_LABEL = "label"
    UN_NUMBER = "UN"
    DRY_ICE = "UN 1845, dry ice, net"
    KEEP = "keep"
    AGE = "age check"


class Paper(StrEnum):
    """What travels with the parcel or goes ahead of it."""

    DECLARATION = "dangerous goods declaration"
    DRY_ICE_ON_WAYBILL = "dry ice on the air waybill"


@dataclass(frozen=True, slots=True)
class Asked:
    """Marks on the parcel (each with the class or UN number that stands on it, '' where none does) and its papers."""

    marks: tuple[tuple[Mark, str], ...] = ()
    papers: tuple[Paper, ...] = ()


def forbidden(item: Item, service: CarrierService) -> Forbidden | None:
    """The first rule of dangerous goods that forbids the item with the service; None where none does."""
    if not item.hazard and not item.un_number and not item.limited_quantity:
        return None
    return (
        _wrongly_described(item)
        or _not_taken(item, service)
        or (_unfit_for_air(item, service) if service.by_air else None)
    )


def parcel_forbidden(sending: Sending) -> Forbidden | None:
    """The first rule about all that lies in one closed parcel together; each item by itself was let pass."""
    limited = next((goods.item for goods in sending.goods if goods.item.limited_quantity), None)
    if limited and sending.parcel_g is not None and sending.parcel_g > _LIMITED_GROSS_G:
        says = (
            f"lies in a parcel of {sending.parcel_g} g: one of limited quantities weighs {_LIMITED_GROSS_G} g at most"
        )
        return _no(Rule.LIMITED_TOO_HEAVY, limited, says)
    batteries = [goods for goods in sending.goods if goods.item.un_number in _LITHIUM]
    if not batteries or sending.parcel_g is None:
        return None
    return _batteries_fly(batteries, sending) if sending.service.by_air else _batteries_roll(batteries, sending)


def _batteries_roll(batteries: list[Goods], sending: Sending) -> Forbidden | None:
    assert sending.parcel_g is not None
    alone = next((each.item for each in batteries if each.item.un_number in _ALONE and is_small(each.item)), None)
    if alone is None or sending.parcel_g <= SMALL_ALONE_PARCEL.value:
        return None
    says = f"lies in a parcel of {sending.parcel_g} g: one of small batteries alone weighs 30,000 g at most"
    return _no(Rule.LITHIUM_TOO_HEAVY, alone, says)


def _batteries_fly(batteries: list[Goods], sending: Sending) -> Forbidden | None:
    """What the batteries of one kind weigh in the parcel; where nobody told, they may be all of it."""
    by_number: dict[str, list[Goods]] = {}
    for each in batteries:
        by_number.setdefault(each.item.un_number, []).append(each)
    for number, kind in by_number.items():
        most_g = _most_in_parcel(number, kind, sending.service)
        told = [_battery_g(each) for each in kind]
        known = [weight_g for weight_g in told if weight_g is not None]
        inside_g = sum(known) if len(known) == len(told) else sending.parcel_g
        if inside_g is not None and inside_g > most_g:
            weigh = f"weigh {inside_g} g" if len(known) == len(told) else f"may weigh all its {inside_g} g"
            says = f"is UN {number}, and the batteries in its parcel {weigh}; {most_g} g may fly together"
            return _no(Rule.LITHIUM_TOO_HEAVY, kind[0].item, says)
    return None


def _most_in_parcel(number: str, kind: list[Goods], service: CarrierService) -> int:
    if not service.cargo_aircraft:
        return BATTERIES_PASSENGER.value
    if number in _ALONE and any(is_small(each.item) for each in kind):
        return (SMALL_ION_ALONE_CARGO if number in ION else SMALL_METAL_ALONE_CARGO).value
    return BATTERIES_CARGO.value


def _battery_g(goods: Goods) -> int | None:
    item = goods.item
    each_g = item.battery_g if item.battery_g is not None else (item.weight_g if item.un_number in _ALONE else None)
    return None if each_g is None else each_g * goods.quantity


def asked_of(goods: Iterable[Goods], service: CarrierService) -> Asked:
    """The marks and papers of a parcel with these goods, which `may_it_ship` has let pass.

    The lithium mark may be left off few small batteries in equipment; it is asked for always, which is allowed.
    """
    marks: dict[tuple[Mark, str], None] = {}
    papers: dict[Paper, None] = {}
    goods = tuple(goods)
    for each in goods:
        if each.item.hazard:
            its_marks, its_declared = _asked_of_one(each.item, service)
            marks.update(dict.fromkeys(its_marks))
            papers.update({Paper.DECLARATION: None} if its_declared else {})
    ice_g = sum((each.item.coolant_g or 0) * each.quantity for each in goods if each.item.coolant is Coolant.DRY_ICE)
    if any(each.item.coolant is Coolant.DRY_ICE for each in goods):
        weighs = f"{ice_g // 1000}.{ice_g % 1000:03d} kg" if ice_g else "kg ____"
        marks[Mark.DRY_ICE, weighs] = None
        if service.by_air:
            marks[Mark.CLASS_LABEL, "9"] = None
            papers[Paper.DRY_ICE_ON_WAYBILL] = None
    for each in goods:
        if each.item.temperature:
            marks[Mark.KEEP, str(each.item.temperature)] = None
    age = max((each.item.min_age for each in goods), default=0)
    if age:
        marks[Mark.AGE, f"{age}+"] = None
    return Asked(tuple(marks), tuple(papers))


def words_of_mark(mark: Mark, about: str) -> str:
    """A mark as it stands on paper: `UN 3481`, `label 9A`, `age check 18+`."""
    if mark is Mark.LITHIUM_LABEL:
        return str(mark)
    if mark is Mark.LITHIUM_BATTERY:
        return f"{mark} UN {about}"
    return f"{mark} {about}".strip()


def is_small(item: Item) -> bool | None:
    """Whether special provision 188 lets a lithium battery off most rules; None where its content is not known."""
    if item.un_number in ION:
        content, limit = item.lithium_mwh, SMALL_CELL_ION if item.lithium_cell else SMALL_BATTERY_ION
    else:
        content, limit = item.lithium_mg, SMALL_CELL_METAL if item.lithium_cell else SMALL_BATTERY_METAL
    return None if content is None else content <= limit.value


def _wrongly_described(item: Item) -> Forbidden | None:
    if item.hazard not in _UN_CLASSES:
        return _no(Rule.HAZARD_UNKNOWN, item, f"has hazard {item.hazard!r}, which is no UN class")
    if item.packing_group not in _GROUPS:
        return _no(
            Rule.GROUP_UNKNOWN, item, f"has packing group {item.packing_group!r}, which is none of I, II and III"
        )
    number = item.un_number
    if number and not (len(number) == 4 and number.isascii() and number.isdigit()):
        return _no(Rule.UN_UNKNOWN, item, f"has UN number {number!r}, which is not four digits")
    if number in _LITHIUM and item.hazard != "9":
        return _no(Rule.UN_AND_CLASS_DIFFER, item, f"is UN {number}, which is class 9, but has class {item.hazard}")
    if item.limited_quantity:
        if item.hazard in _NEVER_LIMITED or item.packing_group == "I" or number in _LITHIUM:
            says = f"is of class {item.hazard}, of which there is no limited quantity as it is described"
            return _no(Rule.LIMITED_NOT_ALLOWED, item, says)
        if item.weight_g is None or item.weight_g > _LIMITED_GROSS_G:
            weighs = "has an unknown weight" if item.weight_g is None else f"weighs {item.weight_g} g"
            says = f"{weighs}: a parcel of limited quantities weighs 30,000 g at most"
            return _no(Rule.LIMITED_TOO_HEAVY, item, says)
    return None


def _unfit_for_air(item: Item, service: CarrierService) -> Forbidden | None:
    number = item.un_number
    if not number:
        return _no(
            Rule.UN_UNKNOWN, item, f"is of class {item.hazard} and has no UN number, without which nothing flies"
        )
    if item.hazard in _WITH_GROUP and not item.packing_group and number not in _WITHOUT_GROUP:
        return _no(Rule.GROUP_UNKNOWN, item, f"is of class {item.hazard} and has no packing group")
    return _lithium_unfit_for_air(item, service) if number in _LITHIUM else None


def _lithium_unfit_for_air(item: Item, service: CarrierService) -> Forbidden | None:
    number = item.un_number
    if number in _ALONE and not service.cargo_aircraft:
        says = f"is UN {number}, lithium batteries alone, which no aircraft with passengers takes"
        return _no(Rule.LITHIUM_ALONE_BY_AIR, item, says)
    if is_small(item) is None:
        unit = "lithium_mwh" if number in ION else "lithium_mg"
        return _no(Rule.LITHIUM_UNKNOWN, item, f"is UN {number} and nobody said how much is in it ({unit})")
    if number not in _ALONE and item.equipment is Equipment.NONE:
        return _no(Rule.LITHIUM_UNKNOWN, item, f"is UN {number}, packed with equipment or in it: nobody said which")
    most = _most_charged(item)
    if most is not None and (item.charge_percent is None or item.charge_percent > most):
        told = "nobody knows how far" if item.charge_percent is None else f"{item.charge_percent} percent"
        return _no(Rule.LITHIUM_CHARGED, item, f"is charged ({told}); {most} percent may fly")
    return None


def _most_charged(item: Item) -> int | None:
    if item.un_number == "3480":
        return CHARGED_ALONE.value
    packed_with = item.un_number == "3481" and item.equipment is Equipment.WITH
    # Of a single cell and of a battery alike.
    return CHARGED_WITH.value if packed_with and (item.lithium_mwh or 0) > CHARGED_WITH_ABOVE.value else None


def _not_taken(item: Item, service: CarrierService) -> Forbidden | None:
    hazard = item.hazard
    if hazard in service.hazards:
        return None
    if service.by_air:
        # Airlines accept by division: class 2 on a list does not let a toxic gas (2.3) fly.
        return _no(Rule.HAZARD_BY_AIR, item, f"is of class {hazard}, which {service.name} does not take by air")
    if whole_class(hazard) in service.hazards or (item.limited_quantity and LIMITED in service.hazards):
        return None
    return _no(Rule.HAZARD_NOT_TAKEN, item, f"is of class {hazard}, which {service.name} does not take")


def _asked_of_one(item: Item, service: CarrierService) -> tuple[list[tuple[Mark, str]], bool]:
    """Its marks, and whether it is declared. What is not known to be exempt is fully regulated."""
    if item.limited_quantity:
        if service.by_air:
            return [(Mark.LIMITED_QUANTITY_AIR, ""), (Mark.UN_NUMBER, item.un_number), _label(item)], True
        return [(Mark.LIMITED_QUANTITY, "")], False
    flies_alone = service.by_air and item.un_number in _ALONE
    only_cargo = [(Mark.CARGO_AIRCRAFT_ONLY, "")] if flies_alone else []
    if item.un_number in _LITHIUM:
        label = [(Mark.LITHIUM_LABEL, "9"), *only_cargo]
        if is_small(item):
            return [(Mark.LITHIUM_BATTERY, item.un_number), *(label if flies_alone else [])], flies_alone
        return [(Mark.UN_NUMBER, item.un_number), *label], True
    return [(Mark.UN_NUMBER, item.un_number), _label(item)], True


def _label(item: Item) -> tuple[Mark, str]:
    return Mark.CLASS_LABEL, item.hazard


def whole_class(hazard: str) -> str:
    return hazard.partition(".")[0]


def _no(rule: Rule, item: Item, says: str) -> Forbidden:
    return Forbidden(rule, f"{item.item_id} {says}", item.item_id, item.hazard, WHAT_TO_DO[rule])
