"""The labels of one carrier, asked for one after another: what has to be written down is, before anything is paid."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from doorstep.carriers.port import Opened
from doorstep.events.shipping import LabelOpened
from doorstep.flow.buying import Outcome, ToSend, asked, paid
from doorstep.flow.label_answers import Answer, keep
from doorstep.flow.office import CLOCKWORK, Office, Scribe
from doorstep.storage.due import NOT_BEGUN, TryAgain
from doorstep.storage.queries import floor, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal

Became = dict[str, TryAgain | Exception | None]


class Lane:
    """(label, attempt) pairs of one carrier. `lock` is held while the database is used: lanes share one connection."""

    def __init__(
        self, office: Office, labels: Sequence[tuple[ToSend, int]], go_on: Callable[[], bool], lock: threading.Lock
    ) -> None:
        self._office, self._labels, self._go_on, self._lock = office, labels, go_on, lock
        self._became: Became = {}
        self._answers: list[Answer] = []

    def run(self) -> Became:
        """What became of each label; what the carrier said last is kept by then."""
        opened: list[tuple[ToSend, Opened]] = []
        for label, attempt in self._labels:
            answer = self._answered(label, partial(asked, self._office, label, attempt))
            if isinstance(answer, Opened):
                opened.append((label, answer))
        for label, way in self._written_down(opened):
            self._answered(label, partial(paid, self._office, label, way))
        with self._lock:
            self._became |= keep(self._office, self._answers)
        return self._became

    def _answered(self, label: ToSend, ask: Callable[[], Outcome | Opened]) -> Opened | None:
        """Ask, and note what came of it; what is only a way to pay is returned."""
        if not self._go_on():
            self._became[label.label_id] = NOT_BEGUN
            return None
        try:
            answer = ask()
        except Exception as bug:
            self._became[label.label_id] = bug
            return None
        if isinstance(answer, Opened):
            return answer
        if isinstance(answer, TryAgain):
            self._became[label.label_id] = answer
        else:
            self._answers.append(Answer(label.label_id, label.fulfilment_id, label.carrier_id, answer))
        return None

    def _written_down(self, opened: Sequence[tuple[ToSend, Opened]]) -> list[tuple[ToSend, Opened]]:
        """Those whose id stands in the journal now. Another one that stands is paid for by the next who asks."""
        fresh = [(label, way) for label, way in opened if label.carrier_ref != way.carrier_ref]
        stand = {label.label_id: label.carrier_ref for label, _ in opened}
        if fresh:
            with self._lock:
                told = self._office.store.run(lambda tx: _write_down(tx, fresh))
            if isinstance(told, Refusal):
                raise TypeError("an id is never refused")
            stand |= told
        ours = []
        for label, way in opened:
            if stand.get(label.label_id) == way.carrier_ref:
                ours.append((label, way))
            else:
                self._became[label.label_id] = TryAgain(0, "another worker asked for it at the same time")
        return ours


def _write_down(tx: Transaction, fresh: Sequence[tuple[ToSend, Opened]]) -> dict[str, str]:
    """The id that stands for each label: ours, or the one that was there before."""
    ids = [label.label_id for label, _ in fresh]
    _, rows = tx.answers(orders.lock_those_of("label", ids), floor.labels_by_id(ids))
    known = {row.label_id: row for row in rows}
    scribe, stand = Scribe(CLOCKWORK, tx.now), {}
    for label, way in fresh:
        row = known[label.label_id]
        if row.state == "requested" and not row.carrier_ref:
            tx.record(scribe(LabelOpened(row.sscc, row.fulfilment_id, row.order_id, row.label_id, way.carrier_ref)))
            stand[label.label_id] = way.carrier_ref
        elif row.state == "requested":
            stand[label.label_id] = row.carrier_ref
    return stand
