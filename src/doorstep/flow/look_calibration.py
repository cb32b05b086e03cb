"""Calibration: whether promises were kept as often as they said, and on what new ones rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from doorstep.flow.learn import standard_of
from doorstep.flow.office import Office
from doorstep.flow.promise import bases_of
from doorstep.flow.supply import books_known, works_expected, works_learned
from doorstep.goals.rates import interval_ppm, share_ppm
from doorstep.promising.accuracy import Looks
from doorstep.promising.arrivals import arrivals
from doorstep.promising.calibration import AtLevel, Calibration, Judged, OfGroup, Rival, calibrate
from doorstep.promising.handling import HANDLING_STEP_S, handling
from doorstep.promising.learned import LEARNED, NOTHING, leaning
from doorstep.promising.mass import Mass, last_of
from doorstep.promising.priors import PRIOR_ONLY, WORK_PRIOR
from doorstep.promising.window import Basis
from doorstep.storage.queries import learning, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.service import CarrierService

MOST = 1_000  # promises that are looked at, those that ended last
FOLLOWED = "followed from day to day"
COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Share:
    """What was said and what was kept of one row, each in ppm, with Wilson's interval of the share kept.

    `as_said`: what was said lies inside the interval.
    """

    said_ppm: int
    kept_ppm: int
    low_ppm: int
    high_ppm: int
    as_said: bool


@dataclass(frozen=True, slots=True)
class ServiceKnown:
    """What promises by a service rest on: `parcels` that came or never did, and the days that 90 % of what leaves now
    takes, beside what the carrier publishes (None: never as sure). `basis` is FOLLOWED, COUNTED or "prior only".
    """

    service_id: str
    name: str
    basis: str
    parcels: int
    lanes: int
    days: int | None
    published_days: int | None


@dataclass(frozen=True, slots=True)
class SiteKnown:
    """What promises expect of the work at a site with nothing before it, in seconds: what is stated, what half and
    90 % of all shipments take, and what 90 % were believed to before any was seen. `shipments` told something of it.
    """

    site_id: str
    name: str
    basis: str
    shipments: int
    stated_s: int
    half_s: int
    most_s: int
    believed_s: int


@dataclass(frozen=True, slots=True)
class BooksKnown:
    """How far a site's books of stock are believed: `looks` at its bins (picks and counts), how many of them were
    expected to find less than the books show, and how many did, both in millionths and the older the less.

    `times_ppm` is how often its books are believed to be wrong, of how often is stated, in millionths.
    """

    site_id: str
    name: str
    basis: str
    looks: int
    expected_ppm: int
    short_ppm: int
    times_ppm: int


@dataclass(frozen=True, slots=True)
class CalibrationView:
    """The measures with their shares, row by row; of no promise all is empty."""

    measured: Calibration
    whole: Share
    curve: tuple[tuple[AtLevel, Share], ...]
    groups: tuple[tuple[OfGroup, Share], ...]
    rivals: tuple[Rival, ...]
    services: tuple[ServiceKnown, ...]
    sites: tuple[SiteKnown, ...]
    books: tuple[BooksKnown, ...]
    learned: int  # of the promises looked at, those whose every lane was learned


_ENDED = """
SELECT s.order_id, s.kept, p.first_day, p.last_day, p.ppm, p.basis, p.inputs, o.delivered_on,
    (o.placed_at AT TIME ZONE %s)::date AS placed_on, left(o.area, 4) AS region,
    coalesce(w.service_id, '') AS service_id
FROM (SELECT order_id, kept, last_day FROM score WHERE against = 'first' ORDER BY last_day DESC, order_id LIMIT %s) s
JOIN orders o USING (order_id) JOIN promise p ON p.order_id = s.order_id AND p.line_no = 0 AND p.revision = 1
LEFT JOIN LATERAL (
    SELECT min(service_id) AS service_id FROM fulfilment f WHERE f.order_id = s.order_id AND f.state <> 'cancelled'
) w ON true
"""


def calibration(office: Office, zone: str, most: int = MOST) -> CalibrationView:
    """Of the promises first made that ended last, at most so many; days of ordering are those on the wall of `zone`."""
    with office.store.reading(wide=True) as tx:
        rows = tx.rows(_ENDED, zone, most)
        services = {service.service_id: service for service in master.services(tx)}
        known, sites, books = _known(tx, services), _sites(tx), _books(tx)
    measured = calibrate([_judged(row, services) for row in rows])
    return CalibrationView(
        measured=measured,
        whole=_share(measured.said_ppm, measured.kept, measured.promises),
        curve=tuple((row, _share(row.said_ppm, row.kept, row.promises)) for row in measured.curve),
        groups=tuple((row, _share(row.said_ppm, row.kept, row.promises)) for row in measured.groups),
        rivals=measured.rivals,
        services=known,
        sites=sites,
        books=books,
        learned=sum(row.basis == LEARNED for row in rows),
    )


def _share(said_ppm: int, kept: int, of: int) -> Share:
    low, high = interval_ppm(kept, of)
    return Share(said_ppm, share_ppm(kept, of) or 0, low, high, low <= said_ppm <= high)


def _judged(row: Any, services: dict[str, CarrierService]) -> Judged:
    day = row.placed_on.toordinal()
    basis = bases_of(row.inputs).get(0) if row.inputs["legs"] else None
    service = services.get(row.service_id)
    return Judged(
        service=row.service_id,
        region=row.region,
        said_ppm=row.ppm,
        kept=row.kept,
        told=row.last_day.toordinal() - day,
        took=_days(row.delivered_on, day),
        arrival=None if basis is None else _arrival(basis, None).shift(-day),
        published=None if basis is None or service is None else _arrival(basis, service).shift(-day),
    )


def _days(delivered_on: date | None, day: int) -> int | None:
    return None if delivered_on is None else delivered_on.toordinal() - day


def _arrival(basis: Basis, published_by: CarrierService | None) -> Mass:
    """What the stored inputs give; with `published_by`, had its published transit been believed on every leg."""
    legs = basis.legs
    if published_by is not None:
        legs = tuple(replace(leg, transit=standard_of(published_by)) for leg in legs)
    return last_of([arrivals(leg) for leg in legs])


def _known(tx: Transaction, services: dict[str, CarrierService]) -> tuple[ServiceKnown, ...]:
    learned = learning.transits(tx)
    told = []
    for service_id, service in sorted(services.items()):
        whole = learned.get((service_id, "", ""), NOTHING)
        published = standard_of(service)
        basis = (FOLLOWED if whole.expected else COUNTED) if whole.parcels else PRIOR_ONLY
        now = leaning(whole, published)
        lanes = sum(1 for key in learned if key[0] == service_id and key[1])
        told.append(
            ServiceKnown(
                service_id,
                service.name,
                basis,
                whole.parcels,
                lanes,
                now.quantile(900_000),
                published.quantile(900_000),
            )
        )
    return tuple(told)


def _sites(tx: Transaction) -> tuple[SiteKnown, ...]:
    company, sites = master.company(tx), master.sites(tx)
    if company is None:
        return ()
    expected, works, shipments = works_expected(company, sites), works_learned(tx, sites), learning.shipments(tx)
    told = []
    for site_id, site in sites.items():
        own_s, many = expected[site_id].own_s, shipments.get(site_id, 0)
        taken, believed = handling(works[site_id], own_s, 0), handling(WORK_PRIOR, own_s, 0)
        told.append(
            SiteKnown(
                *(site_id, site.name, COUNTED if many else PRIOR_ONLY, many, own_s),
                half_s=(taken.quantile(500_000) or 0) * HANDLING_STEP_S,
                most_s=(taken.quantile(900_000) or 0) * HANDLING_STEP_S,
                believed_s=(believed.quantile(900_000) or 0) * HANDLING_STEP_S,
            )
        )
    return tuple(told)


def _books(tx: Transaction) -> tuple[BooksKnown, ...]:
    sites, seen = master.sites(tx), learning.accuracies(tx)
    times = books_known(tx, sites)
    told = []
    for site_id, site in sites.items():
        many, found = seen.get(site_id, (0, Looks()))
        basis = COUNTED if many else PRIOR_ONLY
        told.append(BooksKnown(site_id, site.name, basis, many, *found, times[site_id]))
    return tuple(told)
