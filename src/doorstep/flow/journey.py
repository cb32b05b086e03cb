"""What an advance of a parcel's track means: for the parcel, its stock, its order and its promise."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Protocol

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import Content, moves_between
from doorstep.events.orders import HandOffMade
from doorstep.events.shipping import Delivered, DeliveryWithdrawn, EtaChanged, MilestoneReached
from doorstep.events.steps import Step
from doorstep.flow.office import Scribe
from doorstep.goals.score import last_instant, slack
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.parcel import Milestone
from doorstep.terms.places import CUSTOMER, carrier_place
from doorstep.terms.service import CarrierService
from doorstep.tracking.eta import eta
from doorstep.tracking.track import Advance, ParcelTrack

ARRIVES_BY = time(18)


class Beside(Protocol):
    """What a journey needs beside the parcel itself; the live flow reads it from the tables, a replay knows it."""

    @property
    def service(self) -> CarrierService | None: ...
    @property
    def ship_by(self) -> datetime: ...
    @property
    def zone(self) -> str | None:
        """The zone of the service's tariff in which the door lies; None where nobody knows."""

    def record(self, *facts: Fact) -> None: ...
    def contents(self) -> tuple[Content, ...]: ...
    def take(self, occurred_at: datetime) -> None:
        """The carrier has it and nobody said so: hand it over."""

    def fulfilment_delivered(self) -> bool:
        """Whether every parcel of the fulfilment order is at the door, by what is recorded so far."""

    def agreed(self) -> Window: ...
    def destination(self) -> Calendar:
        """On whose wall the day of delivery is read."""

    def score_if_complete(self, destination: Calendar, at: datetime) -> None: ...


class Journey:
    """Records what follows from an advance. `parcel` has sscc, fulfilment_id, order_id, state, milestone, eta and
    delivered_at as they were before it.
    """

    def __init__(self, scribe: Scribe, carrier_id: str, parcel: Any, beside: Beside) -> None:
        self.scribe = scribe
        self.carrier_id = carrier_id
        self.parcel = parcel
        self.beside = beside
        self.about = (parcel.sscc, parcel.fulfilment_id, parcel.order_id)

    def follow(self, advanced: Advance) -> None:
        track = advanced.track
        current = str(track.milestone) if track.milestone else ""
        changed = [(change.milestone, change.now) for change in advanced.changes]
        if not changed and track.milestone and current != self.parcel.milestone:
            # Back where it was before, as held parcels go in transit again: no milestone is new, but one is current.
            changed = [(track.milestone, track.reached[track.milestone])]
        for milestone, reached_at in changed:
            body = MilestoneReached(*self.about, str(milestone), reached_at, current)
            self.beside.record(self.scribe(body, occurred_at=reached_at or self.scribe.now))
        since = [at for milestone, at in track.reached.items() if milestone.rank >= Milestone.ACCEPTED.rank]
        if since and self.parcel.state == "packed":
            self.beside.take(min(since))
        self._delivery(track)
        self._eta(track)

    def _delivery(self, track: ParcelTrack) -> None:
        # A parcel that turned back afterwards was delivered all the same.
        at = track.reached.get(Milestone.DELIVERED)
        if at is None:
            if self.parcel.state == "delivered":
                back = moves_between(self.beside.contents(), CUSTOMER, carrier_place(self.carrier_id))
                self.beside.record(self.scribe(DeliveryWithdrawn(*self.about, back), cause="corrected by the carrier"))
        elif self.parcel.state != "delivered":
            self._deliver(at)
        elif at != self.parcel.delivered_at:
            self._date_delivery(at)

    def _date_delivery(self, at: datetime) -> None:
        """The goods are there already; a scan that came late tells when they really came."""
        destination = self.beside.destination()
        body = Delivered(*self.about, at, destination.day_of(at), ())
        self.beside.record(self.scribe(body, occurred_at=at, cause="told again with another time"))
        self.beside.score_if_complete(destination, at)

    def _deliver(self, at: datetime) -> None:
        destination = self.beside.destination()
        moves = moves_between(self.beside.contents(), carrier_place(self.carrier_id), CUSTOMER)
        body = Delivered(*self.about, at, destination.day_of(at), moves)
        self.beside.record(self.scribe(body, occurred_at=at))
        if self.beside.fulfilment_delivered():
            left_seconds = slack(last_instant(self.beside.agreed(), destination), at, 0)
            hand_off = HandOffMade(
                self.parcel.order_id, self.parcel.fulfilment_id, Step.TRACK, Step.DELIVER, left_seconds
            )
            self.beside.record(self.scribe(hand_off, occurred_at=at))
        self.beside.score_if_complete(destination, at)

    def _eta(self, track: ParcelTrack) -> None:
        service = self.beside.service
        if service is None:
            return
        days = transit_days(service, self.beside.zone)
        expected = eta(track, self.beside.ship_by, days, service.calendar, ARRIVES_BY, self.scribe.now)
        day: date | None = expected and service.calendar.day_of(expected)
        if day is not None and day != self.parcel.eta:
            self.beside.record(self.scribe(EtaChanged(*self.about, day)))


def transit_days(service: CarrierService, zone: str | None, wanted_ppm: int = 900_000) -> int:
    """Working days within which the service delivers `wanted_ppm` of its parcels in a zone, as published.

    Of an unknown zone it is the slowest one's: nobody is told a day that is too early.
    """
    published = None if zone is None else service.transit_of(zone)
    slowest = 0
    for ppm in service.transit_ppm.values() if published is None else (published,):
        total = 0
        for days, share in enumerate(ppm):
            total += share
            if total >= wanted_ppm:
                slowest = max(slowest, days)
                break
    return slowest
