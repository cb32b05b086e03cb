"""The parcels that a batch of scans is about: read at once, and kept up in memory while the batch runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from doorstep.carriers.port import ScanRead
from doorstep.carriers.zones import zone_of
from doorstep.events.envelope import Body, Fact
from doorstep.events.fulfilment import Content
from doorstep.events.shipping import Delivered, DeliveryWithdrawn, EtaChanged, HandedOver, MilestoneReached
from doorstep.events.steps import Step
from doorstep.flow.hand_over import handed_over_fact, read_content
from doorstep.flow.office import Scribe, company_of
from doorstep.flow.score import Wanted, completed, wanted_of, wanted_queries
from doorstep.flow.slack import hand_off
from doorstep.goals.score import Delivery
from doorstep.storage.queries import floor, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.parcel import Milestone
from doorstep.terms.service import CarrierService
from doorstep.tracking.track import Advance, ParcelTrack, Seen, advance, track_of


@dataclass(slots=True)
class InHand:
    """A parcel as it stands at this moment of the batch; `service_id` and `ship_by` are its fulfilment order's.

    `origin` and `destination` are the areas of its site and of the door.
    """

    sscc: str
    fulfilment_id: str
    order_id: str
    site_id: str
    service_id: str
    ship_by: datetime
    state: str
    milestone: str
    eta: date | None
    delivered_at: datetime | None
    origin: str
    destination: str


@dataclass(slots=True)
class _Endings:
    """What is needed of orders of which something comes to its end, by order and by parcel."""

    wanted: dict[str, Wanted] = field(default_factory=dict)
    contents: dict[str, list[Content]] = field(default_factory=lambda: defaultdict(list))


class Hand:
    """The parcels of some labels and all that travels with them; their orders are locked.

    What is recorded through it is at once how things stand here, and is in the tables when the step is written.
    """

    def __init__(self, tx: Transaction, labels: Sequence[Any], ending: Collection[str]) -> None:
        """Orders of the labels that are `ending` have all that their end needs read with the rest."""
        self.tx = tx
        self._endings = _Endings()
        self.parcels: dict[str, InHand] = {}
        self.services: dict[str, CarrierService] = {}
        self._siblings: dict[str, list[InHand]] = defaultdict(list)  # by order
        self._seen: dict[str, list[Seen]] = defaultdict(list)
        self._tracks: dict[str, ParcelTrack] = {}
        self._zones: dict[tuple[str, str, str], str | None] = {}  # by service, origin and destination
        if labels:
            self._read(sorted({label.order_id for label in labels}), sorted({label.sscc for label in labels}), ending)

    def _read(self, order_ids: Sequence[str], ssccs: Sequence[str], ending: Collection[str]) -> None:
        _, parcels, scans, services, *endings = self.tx.answers(
            orders.asked(order_ids, lock=True),  # first: what follows sees what whoever had the lock has done
            floor.parcels_of_orders(order_ids),
            floor.scans_of(ssccs),
            master.services_of_orders(order_ids),
            *(self._ending_queries(sorted(ending)) if ending else ()),
        )
        for row in parcels:
            parcel = InHand(*row)
            self.parcels[parcel.sscc] = parcel
            self._siblings[parcel.order_id].append(parcel)
        for row in scans:
            milestone = Milestone(row.milestone)
            seen = Seen(row.message_id, milestone, row.code, row.scanned_at, row.scan_place, "", row.corrects)
            self._seen[row.sscc].append(seen)
        self.services = master.read_services(self.tx, services)
        if endings:
            self._keep_endings(*endings)

    def _ending_queries(self, order_ids: Sequence[str]) -> tuple[Any, ...]:
        return (*wanted_queries(order_ids), floor.contents_of_orders(order_ids))

    def _keep_endings(self, asked: list[Any], demand: list[Any], promises: list[Any], contents: list[Any]) -> None:
        self._endings.wanted |= wanted_of(asked, demand, promises)
        for row in contents:
            self._endings.contents[row.sscc].append(read_content(row))

    def _ending(self, order_id: str) -> _Endings:
        if order_id not in self._endings.wanted:
            # Whoever finds one parcel that nobody handed over finds all those that the driver took with it.
            packed = {parcel.order_id for parcel in self.parcels.values() if parcel.state == "packed"}
            missing = sorted({order_id} | packed - self._endings.wanted.keys())
            self._keep_endings(*self.tx.answers(*self._ending_queries(missing)))
        return self._endings

    def record(self, *facts: Fact) -> None:
        self.tx.record(*facts)
        for fact in facts:
            self._fold(fact.body)

    def _fold(self, body: Body) -> None:
        match body:
            case MilestoneReached():
                self.parcels[body.sscc].milestone = body.current
            case EtaChanged():
                self.parcels[body.sscc].eta = body.eta
            case HandedOver():
                self.parcels[body.sscc].state = "handed_over"
            case Delivered():
                parcel = self.parcels[body.sscc]
                parcel.state, parcel.delivered_at = "delivered", body.delivered_at
            case DeliveryWithdrawn():
                parcel = self.parcels[body.sscc]
                parcel.state, parcel.delivered_at = "handed_over", None

    def advance(self, parcel: InHand, read: ScanRead) -> Advance:
        """The parcel's track with one more scan."""
        before = self._tracks.get(parcel.sscc) or track_of(self._seen[parcel.sscc])
        advanced = advance(before, read)
        self._tracks[parcel.sscc] = advanced.track
        return advanced

    def fulfilment(self, parcel: InHand) -> list[InHand]:
        """The parcels of its fulfilment order that stand, opened ones left out; itself among them."""
        return [
            other
            for other in self._siblings[parcel.order_id]
            if other.fulfilment_id == parcel.fulfilment_id and other.state != "unpacked"
        ]

    def contents(self, parcel: InHand) -> tuple[Content, ...]:
        return tuple(self._ending(parcel.order_id).contents[parcel.sscc])

    def zone(self, parcel: InHand) -> str | None:
        """The zone of its lane by the tariff of its service; None where it has none for it."""
        lane = (parcel.service_id, parcel.origin, parcel.destination)
        service = self.services.get(parcel.service_id)
        if lane not in self._zones:
            rules = getattr(service.tariff, "zones", ()) if service else ()
            self._zones[lane] = zone_of(rules, parcel.origin, parcel.destination)
        return self._zones[lane]

    def wanted(self, order_id: str) -> Wanted:
        return self._ending(order_id).wanted[order_id]

    def delivered(self, order_id: str) -> list[Delivery]:
        """What of the order is at the door by now, in the order in which it came there."""
        there = sorted(
            (parcel.delivered_at, parcel.sscc, parcel)
            for parcel in self._siblings[order_id]
            if parcel.state == "delivered" and parcel.delivered_at is not None
        )
        return [
            Delivery(content.line_no, content.item_id, content.quantity, at)
            for at, _, parcel in there
            for content in self.contents(parcel)
        ]


class Beside:
    """What is in hand beside one parcel, for its journey."""

    def __init__(self, hand: Hand, scribe: Scribe, carrier_id: str, parcel: InHand) -> None:
        self._hand = hand
        self._scribe = scribe
        self._carrier_id = carrier_id
        self._parcel = parcel
        self.ship_by = parcel.ship_by
        self.service = hand.services.get(parcel.service_id)
        self.zone = hand.zone(parcel)

    def record(self, *facts: Fact) -> None:
        self._hand.record(*facts)

    def contents(self) -> tuple[Content, ...]:
        return self._hand.contents(self._parcel)

    def take(self, occurred_at: datetime) -> None:
        cause = "scanned without a hand-over"
        scribe, parcel = self._scribe, self._parcel
        self.record(handed_over_fact(scribe, self._carrier_id, parcel, self.contents(), occurred_at, cause))
        if all(other.state != "packed" for other in self._hand.fulfilment(parcel)):
            company = company_of(self._hand.tx)
            self.record(hand_off(scribe, company, parcel, Step.HAND_OVER, Step.TRACK, occurred_at))

    def fulfilment_delivered(self) -> bool:
        return all(other.state == "delivered" for other in self._hand.fulfilment(self._parcel))

    def agreed(self) -> Window:
        return self._hand.wanted(self._parcel.order_id).promises[-1]

    def destination(self) -> Calendar:
        return self._hand.wanted(self._parcel.order_id).destination(self.service)

    def score_if_complete(self, destination: Calendar, at: datetime) -> None:
        order_id = self._parcel.order_id
        wanted, delivered = self._hand.wanted(order_id), self._hand.delivered(order_id)
        self.record(*completed(self._scribe, wanted, delivered, destination, at))
