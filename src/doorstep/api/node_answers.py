"""What is told about sites that others run: what they were asked, what they said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from doorstep.api.answers import Instant, Out
from doorstep.flow import nodes


class AskedOneOut(Out):
    """A fulfilment order that its site has not answered yet. `agreed_by` is the last day its order is promised for."""

    fulfilment_id: str
    order_id: str
    site_id: str
    asked_at: Instant
    answer_by: Instant
    agreed_by: date | None


class AskedOut(Out):
    """All that no answer was given to, the next to run out first."""

    asked: list[AskedOneOut]

    @classmethod
    def of(cls, told: Sequence[nodes.Asked]) -> AskedOut:
        return cls(asked=[AskedOneOut.model_validate(each) for each in told])


class AnsweredOut(Out):
    """What stands: `accepted` or `declined`, and whether that was known before."""

    fulfilment_id: str
    order_id: str
    state: str
    known: bool
