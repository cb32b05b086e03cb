"""One past order, moment by moment: the facts that every order has, with what history tells in place of decisions.

What history does not tell is filled in as little as can be: goods stand in the opening bin of the site that shipped
them, one parcel holds all that a site shipped, and everything between clearing and hand-over happens at the hand-over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from doorstep.carriers import local
from doorstep.carriers.port import Parked, ScanRead
from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import (
    Content,
    Fulfilment,
    FulfilmentLine,
    ParcelPacked,
    ShipmentPlanned,
    moves_between,
)
from doorstep.events.orders import (
    OrderCancelled,
    OrderCleared,
    OrderedLine,
    OrderPlaced,
    QuantityChanged,
)
from doorstep.events.shipping import LabelBought, LabelRequested, Scanned, ScanParked
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, HoldsVoided
from doorstep.flow.hand_over import handed_over_fact
from doorstep.flow.journey import Journey
from doorstep.flow.office import Scribe, Who
from doorstep.flow.pack import packed_fact
from doorstep.flow.pick import picked_fact
from doorstep.flow.place import placed_facts
from doorstep.flow.plan_facts import planned_facts
from doorstep.flow.promise import told_promise
from doorstep.flow.release import released_facts
from doorstep.flow.replay.treat import Treated
from doorstep.flow.score import delivered_fact, scored_facts
from doorstep.flow.slack import hand_off, slack_before_departure
from doorstep.flow.supply import parts_of
from doorstep.goals.score import Delivery, last_instant, score
from doorstep.planning.compose import AS_UNKNOWN
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.company import Company
from doorstep.terms.ids import Ids, sscc
from doorstep.terms.item import Item
from doorstep.terms.money import share_out
from doorstep.terms.order import Line, Terms
from doorstep.terms.parcel import Size
from doorstep.terms.places import Address, pack_place
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService
from doorstep.tracking.track import ParcelTrack, advance
from doorstep.warehouse.pick import confirm_pick
from doorstep.warehouse.wave import BinStock, ToRelease, plan_wave

HISTORY = Who("history")
NOT_TOLD = "history does not say when"
OPENING = "opening"  # the bin of each site from which history is shipped


@dataclass(frozen=True, slots=True)
class World:
    """The company that history belongs to. `document` is the digest of the text that stands for each lost label."""

    company: Company
    items: Mapping[str, Item]
    services: Mapping[str, CarrierService]
    terms: Terms
    ids: Ids
    next_parcel: Callable[[], int]
    document: str


@dataclass(slots=True)
class Written:
    """What some moments came to: facts in order, and what is kept beside the journal."""

    facts: list[Fact] = field(default_factory=list)
    people: dict[str, Address] = field(default_factory=dict)
    messages: list[tuple[str, str, bytes]] = field(default_factory=list)  # carrier, message id, bytes


@dataclass(slots=True)
class PastParcel:
    """All that one site shipped of an order; a fulfilment order and its parcel in one."""

    fulfilment_id: str
    order_id: str
    site_id: str
    ship_by: datetime
    lines: tuple[FulfilmentLine, ...]
    holds: tuple[Hold, ...]
    freight_minor: int
    weight_g: int
    size: Size
    sscc: str = ""
    state: str = "packed"
    milestone: str = ""
    eta: date | None = None
    delivered_at: datetime | None = None
    contents: tuple[Content, ...] = ()


@dataclass(slots=True)
class Life:
    """An order under way through history."""

    world: World
    told: Treated
    order_id: str = ""
    parcels: list[PastParcel] = field(default_factory=list)
    placed_lines: tuple[OrderedLine, ...] = ()

    def moments(self) -> Iterator[tuple[datetime, Callable[[Written, datetime], None]]]:
        """What happens to the order and when, in order; each time is no earlier than the one before."""
        told = self.told
        at = told.placed_at
        yield at, self.place
        if told.cancelled:
            yield max(at, told.cleared_at or at), self.cancel
            return
        if told.cleared_at is not None:
            yield (at := max(at, told.cleared_at)), self.clear_and_plan
        if told.handed_over_at is not None:
            yield (at := max(at, told.handed_over_at)), self.ship
        if told.delivered_at is not None:
            yield max(at, told.delivered_at), self.deliver
        elif told.set_aside:
            yield max(at, told.order.delivered_at or at), self.set_aside

    @property
    def service(self) -> CarrierService:
        return self.world.services[self.told.order.service_id]

    @property
    def window(self) -> Window:
        order = self.told.order
        if order.promised_by is None:
            raise ValueError(f"history tells no promise for {order.reference}")
        return Window(order.promised_from, order.promised_by, 0)

    # -- the moments ---------------------------------------------------------------------------------------------

    def place(self, out: Written, at: datetime) -> None:
        """Ordered, promised and held."""
        order, ids = self.told.order, self.world.ids
        self.order_id = ids.new("ord")
        person_ref = ids.new("per")
        out.people[person_ref] = order.ship_to
        self.placed_lines = tuple(
            OrderedLine(line.line_no, line.item_id, line.quantity, parts_of(self.world.items[line.item_id]))
            for line in order.lines
        )
        self._divide()
        placed = OrderPlaced(
            order_id=self.order_id,
            customer_id=order.customer_id,
            person_ref=person_ref,
            area=order.ship_to.area,
            currency=order.currency,
            reference=order.reference,
            lines=self.placed_lines,
            asked_from=None,
            asked_by=None,
            cleared_at=at if self._cleared_when_placed else None,
            terms=self.world.terms,
        )
        promise = told_promise(self.order_id, ids.new("prm"), self.window.first_day, self.window.last_day)
        holds = tuple(hold for parcel in self.parcels for hold in parcel.holds)
        left = slack_before_departure(self.world.company, self.parcels[0].ship_by, at, Step.PLAN)
        out.facts += placed_facts(Scribe(HISTORY, at), placed, promise, holds, left)

    def clear_and_plan(self, out: Written, at: datetime) -> None:
        """Nothing holds the order any more; where it ships from and by what is as it was."""
        scribe = Scribe(HISTORY, at)
        if not self._cleared_when_placed:
            out.facts.append(scribe(OrderCleared(self.order_id)))
        fulfilments = tuple(
            Fulfilment(
                fulfilment_id=parcel.fulfilment_id,
                site_id=parcel.site_id,
                service_id=self.service.service_id,
                departs=parcel.ship_by,
                ship_by=parcel.ship_by,
                lines=parcel.lines,
                cost_minor=parcel.freight_minor,
            )
            for parcel in self.parcels
        )
        cost_minor = sum(parcel.freight_minor for parcel in self.parcels)
        body = ShipmentPlanned(self.order_id, fulfilments, (), cost_minor, 0, ("as it was",), (), cost_minor)
        out.facts += planned_facts(scribe, self.world.company, body)

    def ship(self, out: Written, at: datetime) -> None:
        """Released, picked, packed, labelled and handed over, in one instant: history tells only the last."""
        for parcel in self.parcels:
            self._pick(out, Scribe(HISTORY, at), parcel)
            self._pack_and_label(out, Scribe(HISTORY, at), parcel)
            known = self.told.hand_over_known
            cause = "" if known else NOT_TOLD
            scribe, carrier = Scribe(HISTORY, at), self.service.carrier_id
            out.facts.append(handed_over_fact(scribe, carrier, parcel, parcel.contents, at, cause, known))
            out.facts.append(hand_off(scribe, self.world.company, parcel, Step.HAND_OVER, Step.TRACK, at))
            parcel.state = "handed_over"

    def deliver(self, out: Written, at: datetime) -> None:
        """Every parcel is at the door, by a scan in the words of history."""
        delivered_at = self.told.delivered_at or at
        for parcel in self.parcels:
            read = self._message(out, parcel.sscc, delivered_at)
            if isinstance(read, Parked):
                raise ValueError(f"our own message is not read: {read.reason}")
            scribe, carrier = Scribe(HISTORY, at), self.service.carrier_id
            about = (carrier, read.message_id, read.tracking_number, parcel.sscc, read.code, str(read.milestone))
            scanned = Scanned(*about, read.occurred_at, read.place, read.corrects)
            out.facts.append(scribe(scanned, occurred_at=read.occurred_at))
            Journey(scribe, carrier, parcel, _Remembered(self, out, scribe, parcel)).follow(
                advance(ParcelTrack(), read)
            )

    def set_aside(self, out: Written, at: datetime) -> None:
        """What history tells of the end cannot be taken: a person looks at it."""
        number = self.parcels[0].sscc
        self._message(out, number, at)
        reason = self.told.set_aside
        body = ScanParked(self.service.carrier_id, _message_id(number), number, reason)
        out.facts.append(Scribe(HISTORY, at)(body, cause=reason))

    def cancel(self, out: Written, at: datetime) -> None:
        """Nothing of the order is wanted any more, before anything of it left."""
        scribe = Scribe(HISTORY, at)
        if self.told.cleared_at is not None and not self._cleared_when_placed:
            out.facts.append(scribe(OrderCleared(self.order_id)))
        held = {hold.line_no: [] for parcel in self.parcels for hold in parcel.holds}  # type: dict[int, list[Hold]]
        for hold in (hold for parcel in self.parcels for hold in parcel.holds):
            held[hold.line_no].append(hold)
        for line in self.placed_lines:
            out.facts.append(scribe(HoldsVoided(tuple(held[line.line_no])), cause="changed"))
            changed = QuantityChanged(self.order_id, line.line_no, line.quantity, 0, line.parts)
            out.facts.append(scribe(changed, cause="changed"))
        out.facts.append(scribe(OrderCancelled(self.order_id), cause="changed"))

    # -- their parts ---------------------------------------------------------------------------------------------

    @property
    def _cleared_when_placed(self) -> bool:
        return self.told.cleared_at is not None and self.told.cleared_at <= self.told.placed_at

    def _divide(self) -> None:
        """What each site shipped: its lines, what is held there for them, its share of freight and weight."""
        order, ids = self.told.order, self.world.ids
        by_site = groupby(sorted(order.lines, key=lambda line: line.site_id), key=lambda line: line.site_id)
        shares = [(site_id, list(lines)) for site_id, lines in by_site]
        units = [sum(line.quantity for line in lines) for _, lines in shares]
        freight = share_out(order.freight_minor, units)
        weights = share_out(order.weight_g, units) if order.weight_g is not None else [0] * len(units)
        ship_by = last_instant(self.window, self.service.calendar)
        for (site_id, lines), freight_minor, told_g in zip(shares, freight, weights, strict=True):
            contents = [
                FulfilmentLine(line.line_no, part.item_id, line.quantity * part.quantity)
                for line in lines
                for part in parts_of(self.world.items[line.item_id])
            ]
            size, known_g = self._stacked(contents)
            parcel = PastParcel(
                fulfilment_id=ids.new("ful"),
                order_id=self.order_id,
                site_id=site_id,
                ship_by=ship_by,
                lines=tuple(contents),
                holds=tuple(
                    Hold(ids.new("hld"), self.order_id, line.line_no, line.item_id, line.quantity, site_id)
                    for line in contents
                ),
                freight_minor=freight_minor,
                weight_g=max(told_g, known_g),
                size=size,
            )
            self.parcels.append(parcel)

    def _stacked(self, contents: list[FulfilmentLine]) -> tuple[Size, int]:
        """The goods on one another, as if unpacked, and what they weigh: history tells of no carton."""
        length = width = height = weight_g = 0
        for line in contents:
            item = self.world.items[line.item_id]
            size = item.size or AS_UNKNOWN.size
            length, width = max(length, size.length_mm), max(width, size.width_mm)
            height += size.height_mm * line.quantity
            weight_g += (AS_UNKNOWN.weight_g if item.weight_g is None else item.weight_g) * line.quantity
        return Size(length, width, height), weight_g

    def _pick(self, out: Written, scribe: Scribe, parcel: PastParcel) -> None:
        company, ids = self.world.company, self.world.ids
        units = Counter[str]()
        for hold in parcel.holds:
            units[hold.item_id] += hold.quantity
        place = f"{parcel.site_id}/{OPENING}"
        bins = [BinStock(place, item_id, "", quantity) for item_id, quantity in units.items()]
        ready = ToRelease(parcel.fulfilment_id, self.order_id, parcel.lines, parcel.holds)
        wave = plan_wave([ready], bins, ids.new)
        out.facts += released_facts(scribe, company, parcel.site_id, ids.new("wav"), wave, [parcel])
        allocated = {hold.hold_id: hold for hold in wave.made}
        contents = []
        for task in wave.tasks:
            item = self.world.items[task.item_id]
            moves = confirm_pick(task, task.quantity, (), item.tracking, {}, pack_place(parcel.site_id))
            if isinstance(moves, Refusal):
                raise ValueError(moves.says)
            out.facts.append(picked_fact(scribe, task, allocated[task.hold_id], moves, parcel.site_id))
            contents.append(Content(task.line_no, task.item_id, task.quantity))
        out.facts.append(hand_off(scribe, company, parcel, Step.PICK, Step.PACK, scribe.now))
        parcel.contents = tuple(contents)

    def _pack_and_label(self, out: Written, scribe: Scribe, parcel: PastParcel) -> None:
        company = self.world.company
        parcel.sscc = sscc(company.gs1_prefix, self.world.next_parcel())
        site_id, about = parcel.site_id, (parcel.sscc, parcel.fulfilment_id, self.order_id)
        packed = ParcelPacked(
            *about,
            site_id=site_id,
            carton_id="",
            size=parcel.size,
            weight_g=parcel.weight_g,
            contents=parcel.contents,
            placements=(),
            moves=moves_between(parcel.contents, pack_place(site_id), f"{site_id}/dock"),
            cost_minor=0,
            currency=company.currency,
        )
        out.facts.append(packed_fact(scribe, packed))
        out.facts.append(hand_off(scribe, company, parcel, Step.PACK, Step.LABEL, scribe.now))
        label_id = self.world.ids.new("lbl")
        asked = LabelRequested(*about, label_id, self.service.carrier_id, self.service.service_id)
        bought = LabelBought(*about, label_id, parcel.sscc, parcel.freight_minor, company.currency, self.world.document)
        out.facts.append(scribe(asked, site=site_id))
        out.facts.append(scribe(bought, site=site_id))
        out.facts.append(hand_off(scribe, company, parcel, Step.LABEL, Step.HAND_OVER, scribe.now))

    def _message(self, out: Written, number: str, at: datetime) -> ScanRead | Parked:
        """History's word in the form of a carrier's message, kept and read as one."""
        told = {"id": _message_id(number), "tracking_number": number, "code": "DL", "at": at.isoformat()}
        raw = json.dumps(told, separators=(",", ":")).encode()
        out.messages.append((self.service.carrier_id, told["id"], raw))
        return local.read_scan(raw)


def _message_id(number: str) -> str:
    return f"history-{number}"


class _Remembered:
    """What a replay knows beside a parcel on its journey."""

    def __init__(self, life: Life, out: Written, scribe: Scribe, parcel: PastParcel) -> None:
        self._life = life
        self._out = out
        self._scribe, self._parcel = scribe, parcel
        self.service = life.service
        self.ship_by = parcel.ship_by
        self.zone = None  # history tells how it ended: nothing is expected

    def record(self, *facts: Fact) -> None:
        self._out.facts += facts

    def contents(self) -> tuple[Content, ...]:
        return self._parcel.contents

    def take(self, occurred_at: datetime) -> None:
        raise ValueError(f"parcel {self._parcel.sscc} of the past was delivered at {occurred_at} and never handed over")

    def fulfilment_delivered(self) -> bool:
        return True  # a site shipped all in one parcel

    def agreed(self) -> Window:
        return self._life.window

    def destination(self) -> Calendar:
        return self.service.calendar

    def score_if_complete(self, destination: Calendar, at: datetime) -> None:
        life = self._life
        self._parcel.state, self._parcel.delivered_at = "delivered", at
        if any(parcel.state != "delivered" for parcel in life.parcels):
            return
        lines = [Line(line.line_no, line.item_id, line.quantity) for parcel in life.parcels for line in parcel.lines]
        delivered = [Delivery(line.line_no, line.item_id, line.quantity, at) for line in lines]
        self.record(delivered_fact(self._scribe, life.order_id, delivered, destination))
        window = life.window
        scored = score(lines, delivered, asked=None, first=window, agreed=window, destination=destination, as_of=at)
        self.record(*scored_facts(self._scribe, life.order_id, scored))
