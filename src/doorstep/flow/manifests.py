"""Manifests: the list of what a carrier takes at a site is closed, then told to the carrier; twice, it is one list.

Nothing is paid with a list. An unknown outcome is looked up by what is on it before it is asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    ManifestAsk,
    ManifestMade,
    NothingMade,
    NotYet,
)
from doorstep.events.collection import (
    Listed,
    ManifestClosed,
    ManifestOpened,
    ManifestRefused,
    ManifestTaken,
)
from doorstep.flow.carrier_talk import RETRY_SECONDS, again, exchange, undecided, with_document
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.storage.due import TryAgain
from doorstep.storage.queries import collection, master
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import SEND_MANIFEST
from doorstep.terms.refusals import Refusal, Why

STILL_ON_IT = timedelta(days=1)  # what was handed over longer ago is on no list any more


@dataclass(frozen=True, slots=True)
class Manifested:
    """A list that was closed: how many parcels are on it, and what they weigh."""

    manifest_id: str
    site_id: str
    carrier_id: str
    day: date
    parcels: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class ManifestView:
    """A list and what became of it: closed while the carrier is told, taken, refused, own where nobody is told."""

    manifest_id: str
    site_id: str
    carrier_id: str
    day: date
    state: str
    parcels: int
    weight_g: int
    carrier_ref: str
    has_document: bool
    says: str
    closed_at: datetime


def close_manifest(office: Office, who: Who, site_id: str, carrier_id: str, key: str = "") -> Manifested | Refusal:
    """List every parcel with a label of the carrier that leaves the site today, or left, and is on no list yet.

    The carrier is told by a later run, where one is connected; else the list is our own paper. What gets its label
    later is on the next list. WRONG_STATE where there is nothing to list.
    """

    def step(tx: Transaction) -> Manifested | Refusal:
        sites = master.sites(tx)
        if site_id not in sites:
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        known = {service.carrier_id for service in master.services(tx)}
        if carrier_id not in known or carrier_id in collection.own_carriers(tx):
            says = f"There is no carrier {carrier_id} that is given a list."
            return Refusal(Why.UNKNOWN_CARRIER, says, {"carrier_id": carrier_id})
        rows = _unlisted(tx, site_id, carrier_id)
        if not rows:
            says = f"Nothing of {carrier_id} at {site_id} is on no list yet."
            return Refusal(Why.WRONG_STATE, says, {"site_id": site_id, "carrier_id": carrier_id})
        return _close(office, tx, who, site_id, carrier_id, rows)

    return office.store.run(step, answers=Manifested, key=key, request=[site_id, carrier_id])


def list_taken(
    office: Office, tx: Transaction, who: Who, site_id: str, carrier_id: str, quiet: timedelta = timedelta(0)
) -> Manifested | None:
    """Close the list of what the carrier's driver took, and of nothing that stayed.

    At once where nothing that leaves today is left for him, else once he took nothing for `quiet`, where that is above
    zero. None where there is nothing to list, or he may be loading still.
    """
    rows = _unlisted(tx, site_id, carrier_id)
    taken = [row for row in rows if row.state == "handed_over"]
    if not taken:
        return None
    if len(taken) < len(rows):
        last = max(row.handed_over_at for row in taken)
        if not quiet or tx.now - last < quiet:
            return None
    return _close(office, tx, who, site_id, carrier_id, taken)


def _unlisted(tx: Transaction, site_id: str, carrier_id: str) -> list[Any]:
    """What leaves today or left lately and is on no list; nobody else lists it until this step is over."""
    collection.lock_dock(tx, site_id, carrier_id)
    wall = master.sites(tx)[site_id].calendar
    ends = wall.at(wall.day_of(tx.now) + timedelta(days=1), time(0))
    return collection.unlisted(tx, site_id, carrier_id, ends, tx.now - STILL_ON_IT)


def _close(office: Office, tx: Transaction, who: Who, site_id: str, carrier_id: str, rows: Sequence[Any]) -> Manifested:
    asks = office.lists(carrier_id)
    body = ManifestClosed(
        manifest_id=office.ids.new("man"),
        site_id=site_id,
        carrier_id=carrier_id,
        day=master.sites(tx)[site_id].calendar.day_of(tx.now),
        parcels=tuple(Listed(row.label_id, row.sscc) for row in rows),
        weight_g=sum(row.weight_g for row in rows),
        asks=asks,
    )
    tx.record(Scribe(who, tx.now)(body, site=site_id))
    if asks:
        tx.later(SEND_MANIFEST, body.manifest_id, tx.now)
    return Manifested(body.manifest_id, site_id, carrier_id, body.day, len(rows), body.weight_g)


def send_manifest(office: Office, manifest_id: str, attempt: int) -> TryAgain | None:
    """Tell the carrier of a list that is closed. None: it has it, will not have it, or had it before."""
    with office.store.reading() as tx:
        row = collection.manifest(tx, manifest_id)
        address = (
            None
            if row is None
            else master.address(tx, tx.one("SELECT person_ref FROM site WHERE site_id = %s", row.site_id).person_ref)
        )
        labels = [] if row is None else [each for each in collection.labels_of(tx, manifest_id) if _live(each)]
    if row is None or row.state != "closed":
        return None
    if not labels:
        no = CarrierSaysNo("nothing_on_it", "every label on it was given back", retry=False)
        office.store.run(lambda tx: _record(tx, manifest_id, no))
        return None
    at_carrier = tuple(AtCarrier(each.tracking_number, each.carrier_ref) for each in labels)
    ask = ManifestAsk(manifest_id, at_carrier, address, row.day)
    answer = _answer(office, row, ask, attempt)
    if isinstance(answer, CarrierSaysNo) and answer.outcome_unknown and not answer.retry:
        found = _looked_up(office, row.carrier_id, ask)
        answer = answer if isinstance(found, NothingMade) else found
    if isinstance(answer, NotYet) and answer.carrier_ref != row.carrier_ref:
        opened = ManifestOpened(manifest_id, answer.carrier_ref)
        office.store.run(lambda tx: _open(tx, manifest_id, opened))
    if isinstance(answer, ManifestMade):
        whole = with_document(office, row.carrier_id, answer)
        answer = whole if isinstance(whole, ManifestMade) else answer
        if answer.document_at and not answer.document and attempt == 0:
            return TryAgain(RETRY_SECONDS, "its document could not be had yet")
    if undecided(answer):
        return again(answer)
    if isinstance(answer, ManifestMade | CarrierSaysNo):
        office.store.run(lambda tx: _record(tx, manifest_id, answer))
        return None
    return TryAgain(RETRY_SECONDS, "the carrier knows of no such list")


def _live(label: Any) -> bool:
    return label.state == "bought" and bool(label.tracking_number)


def _answer(office: Office, row: Any, ask: ManifestAsk, attempt: int) -> Any:
    dialect = office.dialect(row.carrier_id)
    if attempt and not row.carrier_ref:
        found = _looked_up(office, row.carrier_id, ask)
        if not isinstance(found, NothingMade):
            return found
    request = dialect.build_manifest(ask, row.carrier_ref)
    return exchange(office, row.carrier_id, request, lambda reply: dialect.read_manifest(reply, ask))


def _looked_up(office: Office, carrier_id: str, ask: ManifestAsk) -> Any:
    dialect = office.dialect(carrier_id)
    request = dialect.build_manifest_lookup(ask)
    return exchange(office, carrier_id, request, lambda reply: dialect.read_manifest_lookup(reply, ask))


def _open(tx: Transaction, manifest_id: str, opened: ManifestOpened) -> str:
    row = collection.manifest(tx, manifest_id, lock=True)
    if row.state == "closed":
        tx.record(Scribe(CLOCKWORK, tx.now)(opened, site=row.site_id))
    return manifest_id


def _record(tx: Transaction, manifest_id: str, answer: ManifestMade | CarrierSaysNo) -> str:
    row = collection.manifest(tx, manifest_id, lock=True)
    if row.state != "closed":
        return manifest_id
    scribe = Scribe(CLOCKWORK, tx.now)
    if isinstance(answer, CarrierSaysNo):
        tx.record(scribe(ManifestRefused(manifest_id, answer.code, answer.says), site=row.site_id, cause=answer.code))
        return manifest_id
    document = tx.keep_document(answer.document_type, answer.document) if answer.document else ""
    tx.record(scribe(ManifestTaken(manifest_id, answer.carrier_ref, document), site=row.site_id))
    return manifest_id


def manifest_list(office: Office, site_id: str = "", at_most: int = 100) -> tuple[ManifestView, ...]:
    """The newest lists, of a site or of all."""
    with office.store.reading() as tx:
        return tuple(_view(row) for row in collection.manifests(tx, site_id, at_most))


def _view(row: Any) -> ManifestView:
    same: Sequence[str] = ("manifest_id", "site_id", "carrier_id", "day", "state", "parcels", "weight_g", "carrier_ref")
    told = {name: getattr(row, name) for name in (*same, "says", "closed_at")}
    return ManifestView(has_document=bool(row.document), **told)
