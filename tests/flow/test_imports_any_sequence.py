"""Whatever files of items come one after another: taken back from the last to the first, all is as it was."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.flow.imports.compare import differences, merged
from doorstep.flow.imports.values import Kind
from doorstep.terms.item import Item, Part, Tracking
from doorstep.terms.parcel import Size
from tests.corner_shop import Shelf, Shop, all_is_well, open_shop
from tests.importing import bring, monday, take_back, views

NAMES = st.sampled_from(["A", "B", "C", "MUG", "TEA-FOR-TWO"])
ITEMS = st.builds(
    Item,
    NAMES,
    st.sampled_from(["one", "two"]),
    st.none() | st.builds(Size, st.integers(0, 2), st.just(5), st.just(5)),
    st.none() | st.integers(0, 3),
    st.sampled_from(Tracking),
    st.lists(st.builds(Part, NAMES, st.integers(0, 2)), max_size=2).map(tuple),
)
FIELDS = ["description", "size", "weight_g", "tracking", "parts"]
FILES = st.tuples(st.lists(ITEMS, max_size=5), st.none() | st.sets(st.sampled_from(FIELDS)), st.integers(1, 3))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FILES, max_size=4))
def test_any_files_taken_back_in_reverse_leave_all_as_it_was(shelf: Shelf, files: list[tuple]) -> None:  # type: ignore[type-arg]
    shelf.put_back()
    with open_shop(shelf.url, monday()) as shop:
        _bring_and_take_back(shop, files)


def _bring_and_take_back(shop: Shop, files: list[tuple]) -> None:  # type: ignore[type-arg]
    before = views(shop)
    made = []
    for values, told, chunk in files:
        dry = bring(shop, Kind.ITEMS, *values, told=told, chunk=chunk, dry_run=True)
        real = bring(shop, Kind.ITEMS, *values, told=told, chunk=chunk)
        assert (dry.created, dry.changed, dry.same, dry.bad) == (real.created, real.changed, real.same, real.bad)
        made.append(real)
    for told in reversed([one for one in made if one.import_id]):
        take_back(shop, told)
    assert views(shop) == before
    all_is_well(shop.store)


@given(ITEMS, ITEMS, st.sets(st.sampled_from(FIELDS)))
def test_merging_takes_what_is_told_and_leaves_the_rest(known: Item, told: Item, fields: set[str]) -> None:
    made = merged(known, told, frozenset(fields))
    assert all(getattr(made, name) == getattr(told if name in fields else known, name) for name in FIELDS)
    assert {difference.field for difference in differences(known, made)} <= fields
    assert differences(made, made) == []
