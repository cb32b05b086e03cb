"""From scans to where a parcel is: the same scans give the same answer, in any order and however often they come.

The rules, applied to all scans of a parcel in the order of their `occurred_at`:

1. A message counts once, by its id.
2. Label made, handed over and accepted only move a parcel on; they never take it back from a later milestone.
3. In transit, held, out for delivery and attempted follow one another as often as the carrier says.
4. Delivered is final but for a return or a correction that happened later. Lost is not: lost parcels turn up.
5. A parcel on its way back can only be returned, lost or, after all, delivered; one returned only delivered.
6. A correction puts the parcel at the milestone it names, and withdraws any delivery, return or loss beyond it.
7. A milestone keeps the earliest time it was reached at, since a correction if there was one. A scan that rules 4 and 5
   do not let move the parcel is history and reaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from doorstep.terms.parcel import Milestone


class Scan(Protocol):
    """What is needed of a scan; a carrier's `ScanRead` is one."""

    @property
    def message_id(self) -> str: ...
    @property
    def milestone(self) -> Milestone: ...
    @property
    def code(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def place(self) -> str: ...
    @property
    def signed_by(self) -> str: ...
    @property
    def corrects(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan as the history keeps it."""

    message_id: str
    milestone: Milestone
    code: str
    occurred_at: datetime
    place: str = ""
    signed_by: str = ""
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class ParcelTrack:
    """Where a parcel is: its milestone, since when, when each milestone was reached, and every scan by time.

    `milestone` and `since` are None before the first scan. `signed_by` is who took it, once it is delivered.
    """

    milestone: Milestone | None = None
    since: datetime | None = None
    reached: Mapping[Milestone, datetime] = field(default_factory=dict)
    history: tuple[Seen, ...] = ()
    signed_by: str = ""


class Effect(StrEnum):
    """What a scan did to a parcel."""

    MOVED = "moved"
    HISTORY = "history"  # kept, and the parcel is where it was
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class ReachedChange:
    """A milestone whose time changed: `was` None means reached now, `now` None means withdrawn."""

    milestone: Milestone
    was: datetime | None
    now: datetime | None


@dataclass(frozen=True, slots=True)
class Advance:
    """The track after a scan, what the scan did, and which milestones it reached, moved in time or withdrew."""

    track: ParcelTrack
    effect: Effect
    changes: tuple[ReachedChange, ...] = ()


_EARLY = frozenset({Milestone.LABEL_MADE, Milestone.HANDED_OVER, Milestone.ACCEPTED})
# What may still happen to a parcel that has come to an end, or turned back, without a correction.
_AFTER: Mapping[Milestone, frozenset[Milestone]] = {
    Milestone.DELIVERED: frozenset({Milestone.RETURNING, Milestone.RETURNED}),
    Milestone.RETURNING: frozenset({Milestone.RETURNED, Milestone.LOST, Milestone.DELIVERED}),
    Milestone.RETURNED: frozenset({Milestone.DELIVERED}),
}


def advance(track: ParcelTrack, scan: Scan) -> Advance:
    """`track` with one more scan. The tracking number is the caller's to match; times must be aware."""
    new = _seen(scan)
    known = {seen.message_id: seen for seen in track.history}
    kept = _kept(known, new)
    if known.get(new.message_id) == kept:
        return Advance(track, Effect.DUPLICATE)
    after = _replay(sorted((known | {new.message_id: kept}).values(), key=_order))
    effect = Effect.HISTORY if after.milestone is track.milestone else Effect.MOVED
    return Advance(after, effect, _changes(track.reached, after.reached))


def track_of(scans: Iterable[Scan]) -> ParcelTrack:
    """The track that these scans make, from nothing: the same as `advance` by one after the other."""
    known: dict[str, Seen] = {}
    for seen in map(_seen, scans):
        known[seen.message_id] = _kept(known, seen)
    return _replay(sorted(known.values(), key=_order))


def _seen(scan: Scan) -> Seen:
    if isinstance(scan, Seen):
        return scan
    return Seen(
        message_id=scan.message_id,
        milestone=scan.milestone,
        code=scan.code,
        occurred_at=scan.occurred_at,
        place=scan.place,
        signed_by=scan.signed_by,
        corrects=scan.corrects,
    )


def _kept(known: Mapping[str, Seen], new: Seen) -> Seen:
    """Two messages under one id are the carrier's mistake; the same one of them wins whichever came first."""
    return min(known.get(new.message_id, new), new, key=_order)


def _order(seen: Seen) -> tuple[datetime, int, int, str, str, str, str]:
    # At one instant a correction comes first: it withdraws what is older, not what is as old.
    told_first = 0 if seen.corrects else 1
    return seen.occurred_at, told_first, seen.milestone.rank, seen.code, seen.message_id, seen.place, seen.signed_by


def _replay(history: list[Seen]) -> ParcelTrack:
    milestone: Milestone | None = None
    since: datetime | None = None
    signed_by = ""
    reached: dict[Milestone, datetime] = {}
    for seen in history:
        if not _counts(milestone, since, seen):
            continue
        if seen.corrects:
            kept_rank = max(seen.milestone.rank, Milestone.ATTEMPTED.rank)
            reached = {past: at for past, at in reached.items() if past.rank <= kept_rank}
        reached.setdefault(seen.milestone, seen.occurred_at)
        if _moves(milestone, seen):
            milestone, since, signed_by = seen.milestone, seen.occurred_at, ""
        if seen.milestone is milestone is Milestone.DELIVERED:
            signed_by = signed_by or seen.signed_by
    return ParcelTrack(milestone, since, reached, tuple(history), signed_by)


def _counts(milestone: Milestone | None, since: datetime | None, seen: Seen) -> bool:
    """Whether a scan is more than history where the parcel is at `milestone` (rules 4 and 5)."""
    if milestone is None or seen.corrects or seen.milestone in _EARLY or seen.milestone is milestone:
        return True
    if milestone not in _AFTER:
        return True
    later = since is not None and since < seen.occurred_at
    return seen.milestone in _AFTER[milestone] and (later or milestone is not Milestone.DELIVERED)


def _moves(milestone: Milestone | None, seen: Seen) -> bool:
    """Whether a scan that counts takes the parcel to another milestone (rules 2, 3 and 6)."""
    if milestone is None or seen.corrects or seen.milestone not in _EARLY:
        return seen.milestone is not milestone
    return seen.milestone.rank > milestone.rank


def _changes(was: Mapping[Milestone, datetime], now: Mapping[Milestone, datetime]) -> tuple[ReachedChange, ...]:
    return tuple(
        ReachedChange(milestone, was.get(milestone), now.get(milestone))
        for milestone in Milestone
        if was.get(milestone) != now.get(milestone)
    )
