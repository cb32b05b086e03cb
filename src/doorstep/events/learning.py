"""What was learned from the journal: how long parcels really took, how long sites really held them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class TransitLearned(Body):
    """Working days from hand-over to delivery of a service's parcels on a lane: `days` says how many took how many.

    `origin` and `destination` are regions; '' and a zone of the tariff for all lanes in it, both '' for all together.
    `never` were handed over long ago and have not come; `until` is the last day that was looked at. `expected` is what
    parcels that leave now will take, in parts per million by working day: late parcels and the latest days weigh in it
    as `promising.lanes` says; empty where too few have come, and counts are believed. `waiting` are on their way, by
    the working day after which they had not come. Of the whole service it is told how many of its shipments of several
    parcels came on more than one day (`apart_ppm`), and how many would have, had each parcel travelled by itself, in
    millionths of a shipment. It takes the place of what was learned before.
    """

    VERSION: ClassVar[int] = 3
    STEP: ClassVar[Step] = Step.IMPROVE
    service_id: str
    origin: str
    destination: str
    days: Mapping[str, int]  # working days, as text: JSON has no other keys
    never: int
    until: date
    expected: Mapping[str, int]
    waiting: Mapping[str, int] = field(default_factory=dict)
    expected_apart_ppm: int = 0
    apart_ppm: int = 0

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("service", self.service_id, "learned"),)


@dataclass(frozen=True, slots=True)
class HandlingLearned(Body):
    """What work took at a site from clearing to the last parcel packed, of what was expected of it under its queue.

    `taken` says how many shipments took how many steps of 5 % of that, in thousandths of a shipment, for older ones
    weigh less; `waiting` are not packed, by the step after which they were not. `shipments` is how many were packed.
    Only those count that nothing but work kept. It takes the place of what was learned before.
    """

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.IMPROVE
    site_id: str
    taken: Mapping[str, int]  # steps, as text
    waiting: Mapping[str, int]
    shipments: int
    until: date

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("site", self.site_id, "learned"),)


@dataclass(frozen=True, slots=True)
class LatenessLearned(Body):
    """Calendar days by which a supplier came after the day that was first named: `days` says how many deliveries came
    how late; `waiting` are overdue, by the day after which they had not come; `never` have not come in 90 days.

    It takes the place of what was learned before.
    """

    STEP: ClassVar[Step] = Step.IMPROVE
    supplier_id: str
    days: Mapping[str, int]  # days, as text
    waiting: Mapping[str, int]
    never: int
    until: date

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("supplier", self.supplier_id, "learned"),)


@dataclass(frozen=True, slots=True)
class AccuracyLearned(Body):
    """How often looks at a site's bins, picks and counts, found less than the books showed, `short_ppm`, beside how
    often it was expected by what was stated, `expected_ppm`: millionths of a look, older ones weigh less.

    `looks` is how many there were. It takes the place of what was learned before.
    """

    STEP: ClassVar[Step] = Step.IMPROVE
    site_id: str
    looks: int
    expected_ppm: int
    short_ppm: int
    until: date

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("site", self.site_id, "learned"),)


@dataclass(frozen=True, slots=True)
class BillingLearned(Body):
    """What a carrier billed in the end of what a service's labels were to cost: `steps` says for each weight step how
    many parcels, what was expected and what was billed, minor units; claims that were paid are taken off.

    It takes the place of what was learned before.
    """

    STEP: ClassVar[Step] = Step.IMPROVE
    service_id: str
    steps: Mapping[str, tuple[int, int, int]]  # number of the step, as text
    until: date

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("service", self.service_id, "learned"),)
