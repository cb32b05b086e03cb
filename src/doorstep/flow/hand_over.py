"""The dock: the carrier's driver takes parcels. This is what "shipped" means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import Content, moves_between
from doorstep.events.shipping import HandedOver
from doorstep.events.steps import Step
from doorstep.flow.manifests import list_taken
from doorstep.flow.office import Office, Scribe, Who, set_up
from doorstep.flow.pick import may_work_on
from doorstep.flow.slack import hand_off
from doorstep.storage.queries import collection, floor, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.places import carrier_place, dock_place
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class NotHandedOver:
    """A parcel the driver may not take, and why."""

    sscc: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class HandOverDone:
    """The parcels the carrier took, and those that stay, each with its reason."""

    handed_over: tuple[str, ...]
    kept: tuple[NotHandedOver, ...]


def hand_over(
    office: Office, who: Who, carrier_id: str, ssccs: Sequence[str], key: str, occurred_at: datetime | None = None
) -> HandOverDone | Refusal:
    """The carrier's driver takes parcels at the dock. Good ones go, bad ones stay and say why."""

    def step(tx: Transaction) -> HandOverDone | Refusal:
        dock = Dock(tx, carrier_id, list(dict.fromkeys(ssccs)))
        kept = []
        done = []
        for sscc in dict.fromkeys(ssccs):
            refusal = dock.judge(sscc)
            if refusal is not None:
                kept.append(NotHandedOver(sscc, refusal))
                continue
            dock.take(Scribe(who, tx.now), sscc, occurred_at or tx.now)
            done.append(sscc)
        if done:
            _list_taken(office, tx, who, carrier_id, dock.sites_of(done))
        return HandOverDone(tuple(done), tuple(kept))

    return office.store.run(step, answers=HandOverDone, key=key, request=[carrier_id, list(ssccs)])


def _list_taken(office: Office, tx: Transaction, who: Who, carrier_id: str, site_ids: set[str]) -> None:
    """Where a list is agreed, it is closed with what the driver took once nothing is left that he should take today."""
    agreed = {each.site_id for each in collection.agreements(tx) if each.carrier_id == carrier_id and each.manifest}
    for site_id in sorted(site_ids & agreed):
        tx.flush()  # the list is of what is written down
        list_taken(office, tx, who, site_id, carrier_id)


class Dock:
    """The parcels that a driver may take, as they stand now that nobody else may change them, and what goes with them.

    Those that are taken are taken here, too.
    """

    def __init__(self, tx: Transaction, carrier_id: str, ssccs: Sequence[str]) -> None:
        self._tx, self._carrier_id = tx, carrier_id
        locked, parcels, labels, contents, fulfilments, sites, company = tx.answers(
            orders.lock_those_of("parcel", ssccs),  # first: what follows is as whoever had the lock has left it
            floor.parcels_beside(ssccs),
            floor.labels_query(ssccs),
            floor.contents_query(ssccs),
            floor.fulfilments_of_parcels(ssccs),
            master.SITES,
            master.COMPANY,
        )
        self._company, self._sites = company, master.read_sites(sites)
        self._orders = {row.order_id: row for row in locked}
        self._parcels = {row.sscc: row for row in parcels}
        self._labels = {row.sscc: row for row in labels if row.state == "bought"}
        self._fulfilments = {row.fulfilment_id: row for row in fulfilments}
        self._contents: dict[str, list[Content]] = defaultdict(list)
        for row in contents:
            self._contents[row.sscc].append(read_content(row))
        self._waiting: dict[str, set[str]] = defaultdict(set)  # packed parcels, by fulfilment order
        for row in parcels:
            if row.state == "packed":
                self._waiting[row.fulfilment_id].add(row.sscc)

    def sites_of(self, ssccs: Sequence[str]) -> set[str]:
        return {self._parcels[sscc].site_id for sscc in ssccs}

    def judge(self, sscc: str) -> Refusal | None:
        row = self._parcels.get(sscc)
        if row is None:
            return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {sscc}.", {"sscc": sscc})
        if row.state != "packed":
            return Refusal(Why.WRONG_STATE, f"Parcel {sscc} is {row.state}.", {"sscc": sscc, "state": row.state})
        refusal = may_work_on(self._orders[row.order_id], "hand over")
        if refusal:
            return refusal
        label = self._labels.get(sscc)
        if label is None:
            return Refusal(Why.WRONG_STATE, f"Parcel {sscc} has no label yet.", {"sscc": sscc})
        if label.carrier_id != self._carrier_id:
            says = f"Parcel {sscc} goes with {label.carrier_id}, not with {self._carrier_id}."
            return Refusal(Why.UNKNOWN_CARRIER, says, {"sscc": sscc, "carrier_id": label.carrier_id})
        return self._too_early(row)

    def _too_early(self, parcel: Any) -> Refusal | None:
        """A parcel that waits for its day stays at the dock until then: it would be there before its window begins."""
        fulfilment = self._fulfilments[parcel.fulfilment_id]
        if not fulfilment.waits_for_day:
            return None
        wall = self._sites[parcel.site_id].calendar
        leaves = wall.day_of(fulfilment.departs)
        if wall.day_of(self._tx.now) >= leaves:
            return None
        says = f"Parcel {parcel.sscc} leaves on {leaves}: sent today it would be there before the day promised."
        return Refusal(Why.WRONG_STATE, says, {"sscc": parcel.sscc, "leaves_on": leaves.isoformat()})

    def take(self, scribe: Scribe, sscc: str, occurred_at: datetime) -> None:
        """Record that the carrier has a packed parcel; its fulfilment order is handed over with its last one."""
        parcel = self._parcels[sscc]
        contents = tuple(self._contents[sscc])
        self._tx.record(handed_over_fact(scribe, self._carrier_id, parcel, contents, occurred_at))
        waiting = self._waiting[parcel.fulfilment_id]
        waiting.discard(sscc)
        if not waiting:
            fulfilment = self._fulfilments[parcel.fulfilment_id]
            company = set_up(self._company)
            self._tx.record(hand_off(scribe, company, fulfilment, Step.HAND_OVER, Step.TRACK, occurred_at))


def handed_over_fact(
    scribe: Scribe,
    carrier_id: str,
    parcel: Any,
    contents: tuple[Content, ...],
    occurred_at: datetime,
    cause: str = "",
    when_known: bool = True,
) -> Fact:
    """The carrier has a parcel (its sscc, fulfilment_id, order_id, site_id) with all that is in it."""
    body = HandedOver(
        sscc=parcel.sscc,
        fulfilment_id=parcel.fulfilment_id,
        order_id=parcel.order_id,
        carrier_id=carrier_id,
        contents=contents,
        moves=moves_between(contents, dock_place(parcel.site_id), carrier_place(carrier_id)),
        when_known=when_known,
    )
    place = dock_place(parcel.site_id)
    return scribe(body, occurred_at=occurred_at, site=parcel.site_id, place=place, cause=cause)


def contents_of(tx: Transaction, sscc: str) -> tuple[Content, ...]:
    """What is inside a parcel, as it was packed."""
    return tuple(read_content(row) for row in floor.contents(tx, [sscc]))


def read_content(row: Any) -> Content:
    """A row of what is in a parcel."""
    return Content(row.line_no, row.item_id, row.quantity, row.lot, tuple(row.serials))
