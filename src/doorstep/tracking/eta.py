"""When a parcel should arrive, by the milestone it is at and the working days it has left."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from doorstep.terms.calendar import Calendar
from doorstep.terms.parcel import Milestone
from doorstep.tracking.track import ParcelTrack

_NOT_COMING = frozenset({Milestone.DELIVERED, Milestone.RETURNING, Milestone.RETURNED, Milestone.LOST})
_DEPARTURES = (Milestone.HANDED_OVER, Milestone.ACCEPTED, Milestone.IN_TRANSIT)  # the best known first


def eta(
    track: ParcelTrack, departs_at: datetime, transit_days: int, calendar: Calendar, arrives_by: time, now: datetime
) -> datetime | None:
    """The instant by which the parcel should be there; None once it is there, or is not coming.

    `departs_at` is the planned departure, used until the parcel is handed over; `transit_days` are the carrier's
    working days from departure to delivery that the promise counts on; `calendar` is the carrier's, and `arrives_by`
    the time on its wall by which it delivers. Out for delivery means that day; attempted, the next working day; held,
    not before the next working day from now. The answer is never before `now`.
    """
    if track.milestone in _NOT_COMING:
        return None
    today = calendar.day_of(now)
    day = max(_expected_day(track, departs_at, transit_days, calendar, now), today)
    if track.milestone is Milestone.HELD:
        day = max(day, today + timedelta(days=1))
    arrival = calendar.at(calendar.working_day(day), arrives_by)
    if arrival < now:
        return calendar.at(calendar.working_day(today + timedelta(days=1)), arrives_by)
    return arrival


def _expected_day(
    track: ParcelTrack, departs_at: datetime, transit_days: int, calendar: Calendar, now: datetime
) -> date:
    if track.since and track.milestone is Milestone.OUT_FOR_DELIVERY:
        return calendar.day_of(track.since)
    if track.since and track.milestone is Milestone.ATTEMPTED:
        return calendar.day_of(track.since) + timedelta(days=1)
    departed = [track.reached[milestone] for milestone in _DEPARTURES if milestone in track.reached]
    start = departed[0] if departed else max(departs_at, now)
    return calendar.working_day(calendar.day_of(start), transit_days)
