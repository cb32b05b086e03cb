"""The figures at the end of the days: every one is read from the database, none is remembered by the twin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from doorstep.flow.look_orders import OrderQuery, order_page
from doorstep.flow.office import Office
from doorstep.goals.rates import interval_ppm, share_ppm
from doorstep.planning.change import State
from doorstep.storage.invariants import check_all
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal

_PAGE = 500
# Upper limits of the shipped weight of an order, in grams, and what is said for it: the scale from letter to truck.
SIZES = ((500, "letter"), (30_000, "parcel"), (68_000, "parcels"), (900_000, "pallet"), (2**62, "truckload"))


@dataclass(frozen=True, slots=True)
class Kept:
    """Promises of one kind that could be judged, those kept, and Wilson's 95 % interval in parts per million."""

    against: str
    judged: int
    kept: int

    @property
    def ppm(self) -> int | None:
        return share_ppm(self.kept, self.judged)

    @property
    def interval_ppm(self) -> tuple[int, int]:
        return interval_ppm(self.kept, self.judged)


@dataclass(frozen=True, slots=True)
class CostOf:
    """What orders of one group cost, in minor units: the sum, and by kind of cost."""

    group: str
    orders: int
    total_minor: int
    by_kind: Mapping[str, int]

    @property
    def each_minor(self) -> int:
        """Per order, rounded half up."""
        return (2 * self.total_minor + self.orders) // (2 * self.orders) if self.orders else 0


@dataclass(frozen=True, slots=True)
class StockCheck:
    """Units by the books: come from suppliers or found, gone to customers or lost, in the house or on the road.

    `difference` is what does not add up: it must be 0. Of `counts` bins, `counted_otherwise` were not as believed.
    """

    came: int
    left: int
    on_hand: int
    counts: int
    counted_otherwise: int

    @property
    def difference(self) -> int:
        return self.came - self.left - self.on_hand


@dataclass(frozen=True, slots=True)
class Figures:
    """The end of the days."""

    now: datetime
    states: Mapping[str, int]
    kept: Sequence[Kept]
    wanted_units: int
    filled_units: int  # of them promised from stock that was on hand when the order came
    promised_anew: Mapping[str, int]  # by who caused it
    costs_by_kind: Sequence[CostOf]
    costs_by_buyer: Sequence[CostOf]
    costs_by_size: Sequence[CostOf]
    currency: str
    stock: StockCheck
    facts: int
    seal: str
    violations: Mapping[int, Sequence[str]]
    invariants: int

    @property
    def fill_ppm(self) -> int | None:
        return share_ppm(self.filled_units, self.wanted_units)


def figures(store: Store, buyers: Mapping[str, str]) -> Figures:
    """Read everything. `buyers` is the kind of buyer by order id."""
    violations = check_all(store)
    with store.reading() as tx:
        currency = str(tx.one("SELECT company->>'currency' AS currency FROM company").currency)
        wanted, filled = _filled(tx)
        last = tx.one("SELECT seq, encode(chain, 'hex') AS chain FROM sealed ORDER BY seq DESC LIMIT 1")
        costs = _costs(tx)
        return Figures(
            now=tx.now,
            states=_states(store),
            kept=_kept(tx),
            wanted_units=wanted,
            filled_units=filled,
            promised_anew=_promised_anew(tx),
            costs_by_kind=_kinds(costs),
            costs_by_buyer=_grouped(costs, buyers, sorted(set(buyers.values()))),
            costs_by_size=_grouped(costs, _sizes(tx), [name for _, name in SIZES]),
            currency=currency,
            stock=_stock(tx),
            facts=last.seq,
            seal=last.chain,
            violations={number: found for number, found in violations.items() if found},
            invariants=len(violations),
        )


def _states(store: Store) -> dict[str, int]:
    office, found, after = Office(store), Counter[State](), ""
    while True:
        page = order_page(office, OrderQuery(), after, _PAGE)
        if isinstance(page, Refusal):
            raise TypeError("a page of all orders is never refused")
        found.update(row.state for row in page.rows)
        if not (after := page.after):
            break
    return {str(state): found[state] for state in State if found[state]}


def _kept(tx: Transaction) -> list[Kept]:
    rows = tx.rows(
        "SELECT against, count(*)::int AS judged, count(*) FILTER (WHERE kept)::int AS kept FROM score GROUP BY against"
    )
    by_name = {row.against: Kept(row.against, row.judged, row.kept) for row in rows}
    return [by_name.get(name, Kept(name, 0, 0)) for name in ("asked", "first", "agreed")]


def _filled(tx: Transaction) -> tuple[int, int]:
    row = tx.one(
        "SELECT coalesce(sum((h->>'quantity')::int), 0)::int AS wanted, coalesce(sum((h->>'quantity')::int) "
        "FILTER (WHERE h->>'inbound_id' = ''), 0)::int AS filled FROM journal placed JOIN journal held "
        "ON held.transaction = placed.transaction AND held.kind = 'StockHeld', "
        "jsonb_array_elements(held.body->'holds') h "
        "WHERE placed.kind = 'OrderPlaced'"
    )
    return row.wanted, row.filled


def _promised_anew(tx: Transaction) -> dict[str, int]:
    rows = tx.rows(
        "SELECT caused_by, count(DISTINCT (order_id, revision))::int AS many FROM promise "
        "WHERE revision > 1 AND line_no = 0 GROUP BY 1 ORDER BY 1"
    )
    return {row.caused_by: row.many for row in rows}


def _costs(tx: Transaction) -> dict[str, Counter[str]]:
    """Cost by kind of every order that has left the house and is not open any more, or is on the road."""
    rows = tx.rows(
        "SELECT c.order_id, c.cost_kind, sum(c.amount_minor)::bigint AS minor FROM cost_entry c "
        "WHERE EXISTS (SELECT FROM parcel p WHERE p.order_id = c.order_id AND p.handed_over_at IS NOT NULL) "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.order_id, Counter())[row.cost_kind] = int(row.minor)
    return found


def _kinds(costs: Mapping[str, Counter[str]]) -> list[CostOf]:
    total: Counter[str] = Counter()
    for by_kind in costs.values():
        total.update(by_kind)
    return [CostOf(kind, len(costs), minor, {kind: minor}) for kind, minor in sorted(total.items())]


def _grouped(costs: Mapping[str, Counter[str]], group_of: Mapping[str, str], groups: Sequence[str]) -> list[CostOf]:
    made = []
    for group in groups:
        mine = [by_kind for order_id, by_kind in costs.items() if group_of.get(order_id) == group]
        total: Counter[str] = Counter()
        for by_kind in mine:
            total.update(by_kind)
        made.append(CostOf(group, len(mine), sum(total.values()), dict(sorted(total.items()))))
    return [each for each in made if each.orders]


def _sizes(tx: Transaction) -> dict[str, str]:
    """The size class of every order by what its parcels weigh."""
    rows = tx.rows(
        "SELECT order_id, sum(weight_g)::bigint AS weight_g FROM parcel WHERE handed_over_at IS NOT NULL "
        "AND state <> 'unpacked' GROUP BY 1"
    )
    return {row.order_id: next(name for most_g, name in SIZES if row.weight_g <= most_g) for row in rows}


def _stock(tx: Transaction) -> StockCheck:
    came = "('supplier', 'found')"
    left = "('customer', 'lost', 'scrap')"
    row = tx.one(
        f"SELECT coalesce(sum(quantity) FILTER (WHERE from_place IN {came}), 0)::bigint "
        f"- coalesce(sum(quantity) FILTER (WHERE to_place IN {came}), 0)::bigint AS came, "
        f"coalesce(sum(quantity) FILTER (WHERE to_place IN {left}), 0)::bigint "
        f"- coalesce(sum(quantity) FILTER (WHERE from_place IN {left}), 0)::bigint AS gone, "
        "(SELECT coalesce(sum(on_hand), 0)::bigint FROM balance "
        f"WHERE place_id <> 'transform' AND place_id NOT IN {came} AND place_id NOT IN {left}) AS on_hand FROM move"
    )
    counts = tx.one(
        "SELECT count(*)::int AS counts, count(*) FILTER (WHERE body->'counted' <> body->'believed')::int AS otherwise "
        "FROM journal WHERE kind = 'StockCounted'"
    )
    return StockCheck(int(row.came), int(row.gone), int(row.on_hand), counts.counts, counts.otherwise)
