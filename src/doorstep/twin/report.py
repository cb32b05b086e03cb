"""The end of the days as one page that stands alone: figures, chart, and how to prove them."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from doorstep.flow.look_chart import process_chart
from doorstep.flow.office import Office
from doorstep.terms.money import Money
from doorstep.twin.figures import Figures
from doorstep.twin.fortnight import Lived
from doorstep.twin.setting import Setting
from doorstep.twin.telling import percent, sections


def report(office: Office, setting: Setting, lived: Lived, figures: Figures) -> str:
    """The page, the same text for the same figures."""
    pages = Environment(
        loader=PackageLoader("doorstep.twin"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    chart = process_chart(office)
    return pages.get_template("report.html").render(
        company=setting.company.company.name,
        begins=setting.begins_at.astimezone(setting.zone),
        ends=setting.ends_at.astimezone(setting.zone),
        tiles=_tiles(lived, figures),
        sections=list(sections(lived, figures)),
        chart=Markup(chart.svg),
        figures=figures,
        holds=not figures.violations and not figures.stock.difference,
    )


def _tiles(lived: Lived, figures: Figures) -> list[dict[str, Any]]:
    first = next(kept for kept in figures.kept if kept.against == "first")
    low, high = first.interval_ppm
    shipped = sum(cost.orders for cost in figures.costs_by_buyer)
    total_minor = sum(cost.total_minor for cost in figures.costs_by_buyer)
    each = Money((2 * total_minor + shipped) // (2 * shipped) if shipped else 0, figures.currency)
    return [
        {"name": "Orders", "value": f"{len(lived.taken):,}", "note": f"of {lived.sent:,} sent in"},
        {
            "name": "Promise kept",
            "value": percent(first.ppm),
            "note": f"{percent(low)} to {percent(high)}, as first made",
        },
        {"name": "Fill rate", "value": percent(figures.fill_ppm), "note": "on hand when ordered"},
        {"name": "Cost per order", "value": str(each), "note": f"{shipped:,} orders shipped"},
        {"name": "Facts", "value": f"{figures.facts:,}", "note": f"sealed, {figures.seal[:12]}"},
    ]
