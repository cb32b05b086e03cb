"""An order as it was asked for, and the terms it was asked under."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from doorstep.terms.calendar import Calendar
from doorstep.terms.places import Address

T = TypeVar("T")


class Preference(StrEnum):
    """Which of the ways that are as sure as wanted is promised: the cheapest, or the one that is there soonest."""

    CHEAPEST = "cheapest"
    FASTEST = "fastest"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of whoever gets the goods: its `kind` as items name it, its number, its last day (None: no end)."""

    kind: str
    number: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a customer is owed by agreement. None means: what the layer below says (order, customer, company)."""

    customer_class: str | None = None
    ship_complete: bool | None = None
    backorder: bool | None = None
    max_deliveries: int | None = None
    min_shelf_life_days: int | None = None
    wanted_ppm: int | None = None  # wanted probability of keeping the promise, parts per million
    receives: Calendar | None = None  # days and hours in which goods are taken in
    language: str | None = None
    preference: Preference | None = None  # which of the offers is promised where the order names no other
    licences: tuple[Licence, ...] | None = None

    def over(self, below: Terms) -> Terms:
        """These terms, with `below` wherever these say nothing."""
        return Terms(**{name: _either(getattr(self, name), getattr(below, name)) for name in self.__slots__})


def _either(mine: T | None, below: T | None) -> T | None:
    return below if mine is None else mine


@dataclass(frozen=True, slots=True)
class Line:
    """One order line: `quantity` units of an item."""

    line_no: int
    item_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order as a door hands it on: parsed, not yet judged.

    `asked_from` and `asked_by` bound the wanted delivery, dates at the destination (None: at the least cost).
    `cleared` is False where payment, credit or fraud checks still hold it: its clock has not started.
    """

    customer_id: str
    lines: tuple[Line, ...]
    ship_to: Address
    currency: str
    reference: str = ""
    asked_from: date | None = None
    asked_by: date | None = None
    cleared: bool = True
    terms: Terms = field(default_factory=Terms)
