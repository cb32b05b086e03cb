"""Whether promises were kept as often as they said, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import NO_COMPANY, opened
from doorstep.cli.options import AsJson
from doorstep.cli.output import table
from doorstep.cli.scores import days, per_cent
from doorstep.cli.words import many
from doorstep.terms.spans import span

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_calibration import CalibrationView, Share


def calibration(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many of the last ended to look at.")] = 1_000,
    groups: Annotated[int, typer.Option(min=0, max=10_000, help="How many groups to show, the largest first.")] = 20,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Whose days; of the first site if not named.")] = "",
    as_json: AsJson = False,
) -> None:
    """Whether promises were kept as often as they said, how sharp they were, and what others would have promised."""
    from doorstep.flow.look_calibration import calibration as looked_at

    with opened(context, as_json=as_json) as desk:
        told = looked_at(desk.office, zone or desk.zone(), most)
        desk.show(told, lambda: pages(told, groups) if desk.sites() else NO_COMPANY)


def pages(told: CalibrationView, most: int) -> Iterator[Part]:
    """What promises rest on; then, where any ended, the measures."""
    yield _known(told)
    yield _sites(told)
    yield _books(told)
    measured = told.measured
    if not measured.promises:
        yield "No promise has ended yet: there is nothing to judge."
        return
    yield (
        f"{many(measured.promises, 'promise')} ended: {per_cent(told.whole.said_ppm)} was said, "
        f"{per_cent(told.whole.kept_ppm)} kept ({_between(told.whole)}), {measured.never:,} never delivered. "
        f"{told.learned:,} rested on what was learned. Brier {_brier(measured.brier_ppm)}, "
        f"{days(measured.told_days)} days told on average."
    )
    if told.curve:
        yield table(
            "As often as said: came by the day of each level",
            *("#Level", "#Said", "#Kept", "#Between", "As said"),
            rows=[(per_cent(row.level_ppm, 0), *_shares(share)) for row, share in told.curve],
        )
    if most:
        yield table(
            "By service and region",
            *("Service", "Region", "#Promises", "#Said", "#Kept", "#Between", "As said"),
            rows=[
                (row.service or "-", row.region or "-", f"{row.promises:,}", *_shares(share))
                for row, share in told.groups[:most]
            ],
        )
    if told.rivals:
        yield table(
            "What others would have promised at 90 %",
            *("Who", "#Promises", "#Kept", "#Days", "#Pinball, days", "#Brier"),
            rows=[
                (
                    row.name,
                    f"{row.promises:,}",
                    per_cent(1_000_000 * row.kept // row.promises),
                    days(row.days, 2),
                    days(row.pinball, 3),
                    _brier(row.brier_ppm),
                )
                for row in told.rivals
            ],
        )


def _known(told: CalibrationView) -> Part:
    return table(
        "What promises rest on",
        *("Service", "Rests on", "#Parcels", "#Lanes", "#90 % take, working days", "#Published"),
        rows=[
            (
                row.service_id,
                row.basis,
                f"{row.parcels:,}",
                f"{row.lanes:,}",
                _never(row.days),
                _never(row.published_days),
            )
            for row in told.services
        ],
    )


def _sites(told: CalibrationView) -> Part:
    return table(
        "What handling rests on: work to the dock, with nothing before it",
        *("Site", "Rests on", "#Shipments", "#Stated", "#Half take", "#90 % take", "#Believed before"),
        rows=[
            (
                *(row.site_id, row.basis, f"{row.shipments:,}"),
                *(span(seconds) for seconds in (row.stated_s, row.half_s, row.most_s, row.believed_s)),
            )
            for row in told.sites
        ],
    )


def _books(told: CalibrationView) -> Part:
    return table(
        "What stock rests on: looks at bins, picks and counts",
        *("Site", "Rests on", "#Looks", "#Expected short", "#Found short", "#Wrong, times what is stated"),
        rows=[
            (
                *(row.site_id, row.basis, f"{row.looks:,}"),
                *(days(ppm // 1_000) for ppm in (row.expected_ppm, row.short_ppm, row.times_ppm)),
            )
            for row in told.books
        ],
    )


def _never(number: int | None) -> str:
    return "never" if number is None else str(number)


def _shares(share: Share) -> tuple[str, ...]:
    return per_cent(share.said_ppm), per_cent(share.kept_ppm), _between(share), "yes" if share.as_said else "no"


def _between(share: Share) -> str:
    return f"{per_cent(share.low_ppm, 0)} to {per_cent(share.high_ppm, 0)}"


def _brier(ppm: int) -> str:
    """0 to 1, with three digits."""
    return f"0.{min((ppm + 500) // 1000, 999):03d}"
