"""Buying a label: what is said to the carrier, in which order, so that one label is paid and no other.

1. The wish is in the journal (`LabelRequested`) before anything is asked; its id is our reference.
2. Asked before, or of unknown outcome: the label is looked up by what we know of it, before it is asked for again.
3. Where the carrier keeps an id of its own, that is in the journal (`LabelOpened`) before anything is paid. Whoever
   asks after us finds it there, and pays for the same one; a carrier pays one id out once.
4. A no to a request that pays is believed after a look: it may have been paid all the same.
5. Of a carrier that cannot tell for certain what was made, a label is asked for once: that it is, is in the journal
   before it leaves, and where its answer is lost a person has to look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.carriers.port import CarrierSaysNo, LabelAsk, LabelMade, NoLabel, Opened, OpenedTogether, Unsure
from doorstep.flow.carrier_talk import (
    LOOK_THERE,
    ONCE_MORE_SECONDS,
    RETRY_SECONDS,
    again,
    exchange,
    surely_not,
    tell,
    undecided,
    with_document,
)
from doorstep.flow.office import Office
from doorstep.storage.due import TryAgain
from doorstep.terms.measures import Sides, grams
from doorstep.terms.places import Address

VOIDED = CarrierSaysNo("reference_voided", "the label was voided at the carrier", retry=False)
ASKED_ONCE = "ask"  # so begins the id that is written down before a label is asked for once
Outcome = LabelMade | CarrierSaysNo | TryAgain


@dataclass(frozen=True, slots=True)
class ToSend:
    """A label that is asked for; `ask` is None where an address is not kept any more."""

    label_id: str
    fulfilment_id: str
    carrier_id: str
    carrier_ref: str
    ask: LabelAsk | None
    own: bool = False  # of a vehicle of our own: nobody is asked
    goes_with: str = ""  # what is alike for all labels of one shipment to one consignee


def to_send(row: Any, kept: Mapping[str, Address], now: datetime) -> ToSend:
    """What to ask for, of a row of `floor.labels_to_send` and the addresses that are kept, by their reference."""
    ask = None
    ship_from, ship_to = kept.get(row.from_ref), kept.get(row.to_ref)
    stops = tuple(kept[ref] for ref in row.stop_refs or () if ref in kept)
    if ship_from is not None and ship_to is not None:
        sides = Sides(row.length_mm, row.width_mm, row.height_mm, 1, "mm")
        shipment = {sscc: tuple(measures) for sscc, measures in (row.shipment or {}).items()}
        about = (row.label_id, row.service_id, row.sscc, grams(row.weight_g), sides)
        zone = ZoneInfo(row.zone or "UTC")
        leaves = max(row.departs or now, now).astimezone(zone).date()
        ask = LabelAsk(*about, ship_from, ship_to, shipment, leaves, stops if len(stops) > 1 else ())
    return ToSend(row.label_id, row.fulfilment_id, row.carrier_id, row.carrier_ref, ask, row.own, row.goes_with)


def asked(office: Office, label: ToSend, attempt: int) -> Outcome | Opened:
    """The carrier's answer to the wish: its last word, the way to pay, or when to ask again."""
    ask, dialect = _ask_of(office, label), office.dialect(label.carrier_id)
    if not office.finds_labels(label.carrier_id):
        return _asked_once(office, label, ask, attempt)
    answer: Any = NoLabel(label.label_id)
    if attempt or label.carrier_ref:
        answer = _looked_up(office, label, ask)
        if isinstance(answer, CarrierSaysNo):
            # We may not look, so we do not know: failed, it would be asked for, and paid for, a second time.
            return again(answer)
    if isinstance(answer, NoLabel) and not answer.voided:
        if label.carrier_ref:
            return TryAgain(RETRY_SECONDS, f"the carrier offers nothing to pay under {label.carrier_ref}, its own id")
        answer = exchange(
            office,
            label.carrier_id,
            dialect.build_label(ask),
            lambda reply: dialect.read_label(reply, ask.reference, ask.service_id),
        )
    return answer if isinstance(answer, Opened) else _last_word(office, label, ask, answer)


def _asked_once(office: Office, label: ToSend, ask: LabelAsk, attempt: int) -> Outcome | Opened:
    """The way to ask, where it was surely not asked yet; what a person has to do, where it may have been."""
    if label.carrier_ref and attempt:
        found = _looked_up(office, label, ask)
        if isinstance(found, Unsure):
            return _last_word(office, label, ask, CarrierSaysNo(LOOK_THERE, found.says, retry=False))
        return again(found)
    request = office.dialect(label.carrier_id).build_label(ask)
    if isinstance(request, CarrierSaysNo):
        return _last_word(office, label, ask, request)
    return Opened(label.carrier_ref or office.ids.new(ASKED_ONCE), request)


def paid(office: Office, label: ToSend, opened: Opened) -> Outcome:
    """Pay for what the carrier keeps under its id, which is in the journal by now."""
    ask, dialect = _ask_of(office, label), office.dialect(label.carrier_id)
    answer: Any = exchange(
        office,
        label.carrier_id,
        opened.then,
        lambda reply: dialect.read_label(reply, ask.reference, ask.service_id),
    )
    if not office.finds_labels(label.carrier_id) and surely_not(answer):
        return TryAgain(ONCE_MORE_SECONDS, tell(answer), untried=True)
    return _last_word(office, replace(label, carrier_ref=opened.carrier_ref), ask, answer)


def asked_together(office: Office, labels: Sequence[ToSend]) -> tuple[Outcome, ...] | OpenedTogether | None:
    """The carrier's answer to the wish for all labels of a shipment at once: what each came to, or the way to pay.

    None where they are to be asked for one by one: the carrier has no such call, or will not have these in one.
    """
    carrier_id = labels[0].carrier_id
    dialect = office.together(carrier_id)
    if dialect is None:
        return None
    reference, asks = _together(office, labels)
    answer = exchange(
        office,
        carrier_id,
        dialect.build_together(reference, asks),
        lambda reply: dialect.read_together(reply, reference, asks),
    )
    return answer if isinstance(answer, OpenedTogether) else _words_together(office, labels, answer)


def paid_together(office: Office, labels: Sequence[ToSend], opened: OpenedTogether) -> tuple[Outcome, ...] | None:
    """Pay for what the carrier keeps under its ids, which are in the journal by now. None: one by one, then."""
    dialect = office.together(labels[0].carrier_id)
    if dialect is None:
        return None
    reference, asks = _together(office, labels)
    answer = exchange(
        office, labels[0].carrier_id, opened.then, lambda reply: dialect.read_together(reply, reference, asks)
    )
    if isinstance(answer, OpenedTogether):
        return tuple(TryAgain(RETRY_SECONDS, "it was asked for, and not paid for yet") for _ in labels)
    return _words_together(office, labels, answer)


def _together(office: Office, labels: Sequence[ToSend]) -> tuple[str, list[LabelAsk]]:
    return f"{labels[0].label_id}.{len(labels)}", [_ask_of(office, label) for label in labels]


def _words_together(office: Office, labels: Sequence[ToSend], answer: Any) -> tuple[Outcome, ...] | None:
    if isinstance(answer, tuple):
        whole = [with_document(office, labels[0].carrier_id, made) for made in answer]
        return tuple(w if isinstance(w, LabelMade) else made for w, made in zip(whole, answer, strict=True))
    if isinstance(answer, CarrierSaysNo) and not (answer.retry or answer.outcome_unknown):
        return None  # nothing was done; by itself each is told why
    # Whether they are bought is not known: each is looked up before anything else.
    return tuple(again(answer) for _ in labels)


def _ask_of(office: Office, label: ToSend) -> LabelAsk:
    """The ask, its service called as the carrier does."""
    if label.ask is None:
        raise LookupError(f"no address is kept for label {label.label_id}")
    if office.sender is None:
        return label.ask
    return replace(label.ask, service_id=office.sender.called(label.carrier_id, label.ask.service_id))


def _looked_up(office: Office, label: ToSend, ask: LabelAsk) -> Any:
    dialect = office.dialect(label.carrier_id)
    return exchange(
        office,
        label.carrier_id,
        dialect.build_lookup(label.label_id, label.carrier_ref),
        lambda reply: dialect.read_lookup(reply, ask.reference, ask.service_id),
    )


def _last_word(office: Office, label: ToSend, ask: LabelAsk, answer: Any) -> Outcome:
    if isinstance(answer, CarrierSaysNo) and answer.outcome_unknown and not answer.retry:
        found = _looked_up(office, label, ask)
        if not isinstance(found, NoLabel | Opened):
            if not isinstance(found, LabelMade):
                return again(found)
            answer = found
    if undecided(answer):
        return again(answer)
    if isinstance(answer, NoLabel):
        return VOIDED
    if isinstance(answer, Opened):
        return TryAgain(RETRY_SECONDS, "it was asked for, and not paid for yet")
    if isinstance(answer, CarrierSaysNo):
        return replace(answer, says=impersonal(answer.says, ask.ship_to))
    whole = with_document(office, label.carrier_id, answer)
    # Bought is bought: the document is fetched later where it cannot be had now.
    told: LabelMade = whole if isinstance(whole, LabelMade) else answer
    return told


def impersonal(says: str, address: Address) -> str:
    """A carrier's words without whom and where they are about: they go into the journal, where nothing is erased."""
    for told in (address.name, *address.lines, address.email, address.phone):
        if told.strip():
            says = re.sub(re.escape(told.strip()), "...", says, flags=re.IGNORECASE)
    return says
