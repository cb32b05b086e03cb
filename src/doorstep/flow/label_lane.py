"""The labels of one carrier, asked for one after another: what has to be written down is, before anything is paid."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from doorstep.carriers.port import Opened, OpenedTogether
from doorstep.events.shipping import LabelOpened
from doorstep.flow.buying import Outcome, ToSend, asked, asked_together, paid, paid_together
from doorstep.flow.label_answers import Answer, keep
from doorstep.flow.office import CLOCKWORK, Office, Scribe
from doorstep.storage.due import NOT_BEGUN, TryAgain
from doorstep.storage.queries import floor, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal

Became = dict[str, TryAgain | Exception | None]
T = TypeVar("T")


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
        groups, done = self._groups(), set[str]()
        for label, attempt in self._labels:
            group = groups.get(label.goes_with, [])
            if label in group and label.label_id not in done and self._bought_together(group):
                done |= {each.label_id for each in group}
            if label.label_id in done:
                continue
            answer = self._answered(label, partial(asked, self._office, label, attempt))
            if isinstance(answer, Opened):
                opened.append((label, answer))
        for label, way in self._written_down(opened):
            self._answered(label, partial(paid, self._office, label, way))
        with self._lock:
            self._became |= keep(self._office, self._answers)
        return self._became

    def _groups(self) -> dict[str, list[ToSend]]:
        """Labels of one shipment that were never asked for, where there are several."""
        fresh: dict[str, list[ToSend]] = defaultdict(list)
        for label, attempt in self._labels:
            if not attempt and not label.carrier_ref and label.ask is not None:
                fresh[label.goes_with].append(label)
        return {name: group for name, group in fresh.items() if len(group) > 1}

    def _bought_together(self, group: Sequence[ToSend]) -> bool:
        """Ask for all labels of a shipment in one call, and note what came of it; False: each is to be asked for.

        What the carrier keeps under ids of its own is written down, all of it, before anything is paid.
        """
        if not self._go_on():
            return False
        answer = self._tried(group, partial(self._asked_and_paid, group))
        if answer is None:
            return any(label.label_id in self._became for label in group)
        for label, told in zip(group, answer, strict=True):
            self._note(label, told)
        return True

    def _asked_and_paid(self, group: Sequence[ToSend]) -> tuple[Outcome, ...] | None:
        answer = asked_together(self._office, group)
        if not isinstance(answer, OpenedTogether):
            return answer
        ways = [Opened(carrier_ref, answer.then) for carrier_ref in answer.carrier_refs]
        if len(self._written_down(list(zip(group, ways, strict=True)))) < len(group):
            return tuple(TryAgain(0, "another worker asked for it at the same time") for _ in group)
        unsure = tuple(TryAgain(0, "it is kept open at the carrier, and paid for by itself") for _ in group)
        return paid_together(self._office, group, answer) or unsure

    def _tried(self, labels: Sequence[ToSend], ask: Callable[[], T]) -> T | None:
        """What is answered; None after a bug, which is that of these labels and of no other."""
        try:
            return ask()
        except Exception as bug:
            self._became |= dict.fromkeys((label.label_id for label in labels), bug)
            return None

    def _note(self, label: ToSend, answer: Outcome) -> None:
        if isinstance(answer, TryAgain):
            self._became[label.label_id] = answer
        else:
            self._answers.append(Answer(label.label_id, label.fulfilment_id, label.carrier_id, answer))

    def _answered(self, label: ToSend, ask: Callable[[], Outcome | Opened]) -> Opened | None:
        """Ask, and note what came of it; what is only a way to pay is returned."""
        if not self._go_on():
            self._became[label.label_id] = NOT_BEGUN
            return None
        answer = self._tried([label], ask)
        if isinstance(answer, Opened):
            return answer
        if answer is not None:
            self._note(label, answer)
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
