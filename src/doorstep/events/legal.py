"""What may ship: the lists that hold, what people found of matches, and what was stopped at the label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step
from doorstep.terms.rulebook import Reviewed, RuleList, Screening


@dataclass(frozen=True, slots=True)
class RuleListSet(Body):
    """A list of bans or of denied parties holds from now on, whole: what stood in it before is no longer asked."""

    STEP: ClassVar[Step] = Step.DEFINE
    rules: RuleList

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("rule_list", self.rules.list_id, "set"),)


@dataclass(frozen=True, slots=True)
class RuleListWithdrawn(Body):
    """A list is no longer asked."""

    STEP: ClassVar[Step] = Step.DEFINE
    list_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("rule_list", self.list_id, "withdrawn"),)


@dataclass(frozen=True, slots=True)
class ScreeningSet(Body):
    """How alike a name must be to an entry of a list to stop a parcel."""

    STEP: ClassVar[Step] = Step.DEFINE
    screening: Screening

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("screening", "screening", "set"),)


@dataclass(frozen=True, slots=True)
class MatchReviewed(Body):
    """A person looked at a customer that looks like an entry of a list, and says why it is them or not."""

    STEP: ClassVar[Step] = Step.DEFINE
    reviewed: Reviewed
    because: str

    def touches(self) -> tuple[Touch, ...]:
        about = self.reviewed
        return (
            Touch("customer", about.customer_id, "cleared" if about.cleared else "confirmed"),
            Touch("rule_list", about.list_id, "of"),
        )


@dataclass(frozen=True, slots=True)
class LabelForbidden(Body):
    """Packed goods may not go as planned, nor in any other way known: no label is asked for. Told once for a rule."""

    STEP: ClassVar[Step] = Step.LABEL
    fulfilment_id: str
    order_id: str
    service_id: str
    rule: str
    source: str
    says: str
    do: str

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("fulfilment", self.fulfilment_id, "stopped"),
            Touch("service", self.service_id, "by"),
        )
