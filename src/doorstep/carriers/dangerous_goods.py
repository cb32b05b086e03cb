"""Dangerous goods: whether a service may take them, and the marks and papers they travel with.

After the UN Model Regulations, ADR 2025 (road) and the ICAO Technical Instructions (air); docs/may_it_ship.md cites the
place of each rule. Whoever hands the goods over stays answerable: this stops what is plainly wrong or not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from doorstep.carriers.rules import WHAT_TO_DO, Forbidden, Rule
from doorstep.terms.item import Equipment, Item
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
_LIMITED_GROSS_G = 30_000

ION, METAL = frozenset({"3480", "3481"}), frozenset({"3090", "3091"})
_ALONE, _LITHIUM = frozenset({"3480", "3090"}), ION | METAL
# Special provision 188: at most so much in a cell, and in a battery of cells.
_SMALL_CELL_MWH, _SMALL_BATTERY_MWH = 20_000, 100_000
_SMALL_CELL_MG, _SMALL_BATTERY_MG = 1_000, 2_000
_MOST_CHARGED_PERCENT = 30


class Mark(StrEnum):
    """What stands on the outside of the parcel."""

    LIMITED_QUANTITY = "limited quantity"
    LIMITED_QUANTITY_AIR = "limited quantity Y"
    LITHIUM_BATTERY = "lithium battery"
    LITHIUM_LABEL = "label 9A"
    CARGO_AIRCRAFT_ONLY = "cargo aircraft only"
    CLASS_LABEL = "label"
    UN_NUMBER = "UN"


class Paper(StrEnum):
    """What travels with the parcel or goes ahead of it."""

    DECLARATION = "dangerous goods declaration"


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


def asked_of(items: Iterable[Item], service: CarrierService) -> Asked:
    """The marks and papers of a parcel with these goods, which `forbidden` has let pass.

    The lithium mark may be left off few small batteries in equipment; it is asked for always, which is allowed.
    """
    marks: dict[tuple[Mark, str], None] = {}
    declared = False
    for item in items:
        if not item.hazard:
            continue
        its_marks, its_declared = _asked_of_one(item, service)
        marks.update(dict.fromkeys(its_marks))
        declared = declared or its_declared
    return Asked(tuple(marks), (Paper.DECLARATION,) if declared else ())


def is_small(item: Item) -> bool | None:
    """Whether special provision 188 lets a lithium battery off most rules; None where its content is not known."""
    if item.un_number in ION:
        content, most = item.lithium_mwh, _SMALL_CELL_MWH if item.lithium_cell else _SMALL_BATTERY_MWH
    else:
        content, most = item.lithium_mg, _SMALL_CELL_MG if item.lithium_cell else _SMALL_BATTERY_MG
    return None if content is None else content <= most


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
    if number == "3480" and (item.charge_percent is None or item.charge_percent > _MOST_CHARGED_PERCENT):
        told = "nobody knows how far" if item.charge_percent is None else f"{item.charge_percent} percent"
        return _no(Rule.LITHIUM_CHARGED, item, f"is charged ({told}); {_MOST_CHARGED_PERCENT} percent may fly")
    return None


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
