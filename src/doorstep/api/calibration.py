"""Whether promises were kept as often as they said, and on what new ones rest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from doorstep.api.answers import Out, Ppm
from doorstep.api.given import Reading
from doorstep.flow import look_calibration
from doorstep.flow.look_calibration import CalibrationView
from doorstep.flow.look_company import company

router = APIRouter(tags=["calibration"])


class ShareOut(Out):
    """What was said and what was kept, with Wilson's interval; `as_said`: what was said lies inside it."""

    said_ppm: Ppm
    kept_ppm: Ppm
    low_ppm: Ppm
    high_ppm: Ppm
    as_said: bool


class LevelOut(Out):
    """How many of `promises` came by the day at which their distribution reaches the level."""

    level_ppm: Ppm
    promises: int
    kept: int
    share: ShareOut


class GroupOut(Out):
    """The windows told of one service to one region."""

    service_id: str
    region: str
    promises: int
    kept: int
    share: ShareOut


class RivalOut(Out):
    """What one of them would have promised at 90 %: mean days and pinball loss in thousandths of a day."""

    name: str
    promises: int
    kept: int
    days_thousandths: int
    pinball_thousandths: int
    brier_ppm: Ppm


class ServiceOut(Out):
    """What promises by a service rest on: `prior only`, `counted`, or `followed from day to day`."""

    service_id: str
    name: str
    basis: str
    parcels: int
    lanes: int
    days: int | None
    published_days: int | None


class SiteOut(Out):
    """What promises expect of the work at a site, nothing before it: seconds stated, and that half and 90 % take."""

    site_id: str
    name: str
    basis: str
    shipments: int
    stated_s: int
    half_s: int
    most_s: int
    believed_s: int


class BooksOut(Out):
    """How far a site's books of stock are believed: looks at bins, those expected to find too little and those that did
    in millionths (older ones weigh less), and how often its books are wrong of how often is stated, in millionths."""

    site_id: str
    name: str
    basis: str
    looks: int
    expected_ppm: int
    short_ppm: int
    times_ppm: int


class CalibrationOut(Out):
    """The promises first made that ended last: as told, along their whole distribution, by group, beside others."""

    promises: int
    kept: int
    never: int
    learned: int
    told_days_thousandths: int
    brier_ppm: Ppm
    share: ShareOut
    curve: list[LevelOut]
    groups: list[GroupOut]
    rivals: list[RivalOut]
    services: list[ServiceOut]
    sites: list[SiteOut]
    books: list[BooksOut]

    @classmethod
    def of(cls, view: CalibrationView) -> CalibrationOut:
        measured = view.measured
        return cls(
            promises=measured.promises,
            kept=measured.kept,
            never=measured.never,
            learned=view.learned,
            told_days_thousandths=measured.told_days,
            brier_ppm=measured.brier_ppm,
            share=ShareOut.model_validate(view.whole),
            curve=[
                LevelOut(
                    level_ppm=row.level_ppm, promises=row.promises, kept=row.kept, share=ShareOut.model_validate(share)
                )
                for row, share in view.curve
            ],
            groups=[
                GroupOut(
                    service_id=row.service,
                    region=row.region,
                    promises=row.promises,
                    kept=row.kept,
                    share=ShareOut.model_validate(share),
                )
                for row, share in view.groups
            ],
            rivals=[
                RivalOut(
                    name=row.name,
                    promises=row.promises,
                    kept=row.kept,
                    days_thousandths=row.days,
                    pinball_thousandths=row.pinball,
                    brier_ppm=row.brier_ppm,
                )
                for row in view.rivals
            ],
            services=[ServiceOut.model_validate(row) for row in view.services],
            sites=[SiteOut.model_validate(row) for row in view.sites],
            books=[BooksOut.model_validate(row) for row in view.books],
        )


@router.get("/calibration")
def show_calibration(
    office: Reading, most: Annotated[int, Query(ge=1, le=10_000)] = look_calibration.MOST
) -> CalibrationOut:
    """Whether promises were kept as often as they said, how sharp they were, and what others would have promised."""
    return CalibrationOut.of(look_calibration.calibration(office, company(office).zone, most))
