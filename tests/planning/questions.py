"""Questions of any order at two sites, for the laws of quotes."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from doorstep.planning.values import FreeUnits, Inbound, QuoteQuestion, SiteSupply
from doorstep.terms.order import Terms
from tests.planning import corner_shop as cs

DAY = timedelta(days=1)


@st.composite
def quote_questions(draw: st.DrawFn) -> QuoteQuestion:
    units = st.integers(0, 6)

    def inbound(site_id: str) -> list[Inbound]:
        return [Inbound(f"IN-{site_id}", "TEA", draw(units), cs.NOW + draw(st.integers(-2, 9)) * DAY)]

    def site(site_id: str, area: str) -> SiteSupply:
        honey = [FreeUnits("HONEY", draw(units), f"L{i}", cs.MONDAY + draw(st.integers(0, 40)) * DAY) for i in range(2)]
        free = (*cs.stock(TEA=draw(units), MUG=draw(units)), *honey)
        return SiteSupply(site_id, area, cs.CHICAGO, free, tuple(inbound(site_id)))

    items = draw(st.lists(st.sampled_from([cs.TEA, cs.MUG, cs.HONEY]), min_size=1, max_size=3))
    terms = Terms(
        ship_complete=draw(st.booleans()),
        backorder=draw(st.booleans()),
        max_deliveries=draw(st.none() | st.integers(1, 3)),
        min_shelf_life_days=draw(st.sampled_from([0, 10])),
        wanted_ppm=draw(st.sampled_from([500_000, 900_000, 970_000])),
    )
    asked_by = draw(st.none() | st.integers(0, 20).map(lambda days: cs.MONDAY + days * DAY))
    order = cs.demand(*((item, draw(st.integers(1, 5))) for item in items), terms=terms, asked_by=asked_by)
    sites = (site("CS", "US-606"), site("WH", "US-100"))
    return cs.question(order, *sites)
