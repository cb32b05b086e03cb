"""What must be there before history can be played: the company, and opening balances of all that was ever shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from doorstep.events.envelope import Body
from doorstep.events.master import CompanyDefined, ItemDefined, PlaceDefined, ServiceDefined, SiteDefined
from doorstep.events.stock import Move, StockReceived
from doorstep.flow.office import Office, Scribe
from doorstep.flow.replay.life import HISTORY, OPENING
from doorstep.intake.values import SiteRow
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import Clock, FalseClock
from doorstep.terms.company import Company
from doorstep.terms.ids import Ids
from doorstep.terms.item import Item
from doorstep.terms.places import SUPPLIER, Address, PlaceKind
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService

Part = TypeVar("Part")
LABEL = b"The label of this parcel was bought before there was a Doorstep; history keeps no copy of it.\n"
CAUSE = "opening balance: history names no stock"
_AT_ONCE = 1_000
_MOVES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """The company of a history: its sites, the items it shipped, its services, the units each site shipped in all.

    `parcels` is the most that will be packed: so many numbers are set aside. `begins` is the first instant.
    """

    company: Company
    services: Sequence[CarrierService]
    sites: Mapping[str, SiteRow]
    items: Mapping[str, Item]
    units: Mapping[tuple[str, str], int]
    parcels: int
    begins: datetime

    @property
    def document(self) -> str:
        return hashlib.sha256(LABEL).hexdigest()


def ids_for(clock: Clock, replay_id: str, part: str) -> Ids:
    """The same ids in every run of one history: what a killed replay began, the next one goes on with."""
    return Ids.seeded(clock, seed=int.from_bytes(hashlib.sha256(f"{replay_id}/{part}".encode()).digest()[:8], "big"))


def open_books(office: Office, clock: FalseClock, opening: Opening, replay_id: str) -> int | Refusal:
    """Define what is not defined yet and book the opening balances, once for each history.

    Returns the first number set aside for its parcels. ALREADY_THERE where the database is another company's, or has
    orders of its own: history is played before a company goes live, never into its books.
    """
    clock.move_to(opening.begins)
    first = office.store.run(
        lambda tx: _begin(tx, opening), answers=int, key=f"replay/{replay_id}/0", request=replay_id, keep_no=False
    )
    if isinstance(first, Refusal):
        return first
    ids = ids_for(clock, replay_id, "opening")
    for number, bodies in enumerate(_in_parts(_definitions(opening, ids), _AT_ONCE)):
        homes = {body.person_ref: opening.sites[site] for body, site in bodies if isinstance(body, SiteDefined)}
        people = {person_ref: site.address for person_ref, site in homes.items()}
        _record(office, f"replay/{replay_id}/opening/{number}", replay_id, bodies, people)
    receipts = _in_parts(_receipts(opening, ids), 50)
    for number, bodies in enumerate(receipts):
        _record(office, f"replay/{replay_id}/balance/{number}", replay_id, bodies, {}, CAUSE)
    return first


def _begin(tx: Transaction, opening: Opening) -> int | Refusal:
    known = master.company(tx)
    where = "Give history a database of its own, by DOORSTEP_HOME or DOORSTEP_DATABASE_URL."
    if known is not None and known.name != opening.company.name:
        return Refusal(Why.ALREADY_THERE, f"This is the database of {known.name}. {where}", {"company": known.name})
    live = tx.one("SELECT count(*) AS orders FROM journal WHERE kind = 'OrderPlaced' AND actor <> %s", HISTORY.actor)
    if live.orders:
        says = f"There are {live.orders} live orders here. {where}"
        return Refusal(Why.ALREADY_THERE, says, {"orders": live.orders})
    tx.keep_document("text/plain", LABEL)
    rows = tx.rows("SELECT nextval('sscc_serial') AS serial FROM generate_series(1, %s)", max(opening.parcels, 1))
    return int(rows[0].serial)


def _record(
    office: Office,
    key: str,
    request: str,
    bodies: Sequence[tuple[Body, str]],
    people: Mapping[str, Address],
    cause: str = "",
) -> None:
    def step(tx: Transaction) -> int:
        scribe = Scribe(HISTORY, tx.now)
        tx.record(*(scribe(body, site=site_id, cause=cause) for body, site_id in bodies))
        tx.keep_people(people)
        return len(bodies)

    office.store.run(step, answers=int, key=key, request=request)


def _definitions(opening: Opening, ids: Ids) -> Iterator[tuple[Body, str]]:
    yield CompanyDefined(opening.company), ""
    for service in opening.services:
        yield ServiceDefined(service), ""
    for item in opening.items.values():
        yield ItemDefined(item), ""
    for site_id in sorted({site_id for site_id, _ in opening.units}):
        site = opening.sites[site_id]
        area = site.address.area
        yield SiteDefined(site_id, site.name, area, site.calendar, ids.new("per"), site.daily_orders), site_id
        yield PlaceDefined(f"{site_id}/{OPENING}", PlaceKind.BIN, site_id), site_id


def _receipts(opening: Opening, ids: Ids) -> Iterator[tuple[Body, str]]:
    by_site: dict[str, list[Move]] = {}
    for (site_id, item_id), quantity in sorted(opening.units.items()):
        move = Move(item_id, quantity, SUPPLIER, f"{site_id}/{OPENING}")
        by_site.setdefault(site_id, []).append(move)
    for site_id, moves in by_site.items():
        for few in _in_parts(iter(moves), _MOVES_AT_ONCE):
            yield StockReceived(ids.new("rcp"), tuple(few)), site_id


def _in_parts(several: Iterator[Part], at_most: int) -> Iterator[list[Part]]:
    part: list[Part] = []
    for one in several:
        part.append(one)
        if len(part) == at_most:
            yield part
            part = []
    if part:
        yield part
