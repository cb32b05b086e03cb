"""Too little for all: the policy decides who waits, and whoever is promised another day is told in the same step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from doorstep.events.stock import Hold, HoldsVoided, ScarceStockShared, Served, StockHeld
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of
from doorstep.flow.promise import holds_of
from doorstep.flow.requote import Requote
from doorstep.planning.values import Reservation
from doorstep.stock.scarcity import Claim, served_first, share_out
from doorstep.storage.queries import master, orders, scarcity, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import EXPIRE_HOLDS, PLAN_ORDERS
from doorstep.terms.goals import Goals, Rule, Scarcity
from doorstep.terms.refusals import Refusal, Why

CAUSE = "too little for all"


@dataclass(frozen=True, slots=True)
class Share:
    """How an order fares. It wants `wanted` units; of those on hand it had `before` and has `after`.

    `promised` is the last day it is promised for, `promised_before` what that was. `waits`: no day can be named for
    what it has not got, and the promise stands though nothing keeps it. `late_minor` is what the days it is later
    cost us, as the goals weigh them for its class.
    """

    order_id: str
    customer_id: str
    customer_class: str
    wanted: int
    before: int
    after: int
    promised_before: date
    promised: date
    waits: bool
    late_minor: int

    @property
    def gains(self) -> bool:
        return self.after > self.before

    @property
    def loses(self) -> bool:
        return self.after < self.before

    @property
    def days_later(self) -> int:
        return (self.promised - self.promised_before).days


@dataclass(frozen=True, slots=True)
class Shared:
    """What a rule comes to: `units` on hand for orders that want `wanted`, in the order in which they are served.

    `approver` must have said yes where stock is taken from an order that had it; '' where nobody need be asked.
    """

    item_id: str
    rule: Rule
    units: int
    wanted: int
    currency: str
    approver: str
    shares: tuple[Share, ...]

    @property
    def waiting(self) -> int:
        """Orders that have not got all on hand."""
        return sum(share.after < share.wanted for share in self.shares)

    @property
    def enough(self) -> bool:
        return self.wanted <= self.units

    @property
    def late_minor(self) -> int:
        return sum(share.late_minor for share in self.shares)

    @property
    def losers(self) -> tuple[Share, ...]:
        return tuple(share for share in self.shares if share.loses)


def compare_rules(office: Office, item_id: str) -> tuple[Shared, ...] | Refusal:
    """What each rule would come to, the policy's own first: the real path, taken once each and rolled back."""
    with office.store.reading() as tx:
        own = master.goals(tx).scarcity.rule
    found = []
    for rule in sorted(Rule, key=lambda rule: rule is not own):
        told = office.store.run(
            lambda tx, rule=rule: _share(office, tx, Scribe(CLOCKWORK, tx.now, CAUSE), item_id, rule),  # type: ignore[misc]
            dry_run=True,
        )
        if isinstance(told, Refusal):
            return told
        found.append(told)
    return tuple(found)


def share_scarce_stock(
    office: Office, who: Who, item_id: str, key: str, rule: Rule | None = None, approved_by: str = ""
) -> Shared | Refusal:
    """Share what is on hand of an item out among the orders that want it, by `rule` or the policy's own.

    What is on the floor already stays where it is. Orders that lose units are held what else there is; where the
    promise cannot be kept with that, another is made, in this same step. Where all have their
    share, nothing is done. APPROVAL_NEEDED where the policy names who must say yes, an order loses, and it was somebody
    else or nobody.
    """

    def step(tx: Transaction) -> Shared | Refusal:
        return _share(office, tx, Scribe(who, tx.now, CAUSE), item_id, rule, approved_by, ask=True)

    return office.store.run(step, answers=Shared, key=key, request=[item_id, rule, approved_by])


def _share(
    office: Office,
    tx: Transaction,
    scribe: Scribe,
    item_id: str,
    rule: Rule | None,
    approved_by: str = "",
    *,
    ask: bool = False,
) -> Shared | Refusal:
    if item_id not in master.items(tx, [item_id]):
        return Refusal(Why.UNKNOWN_ITEM, f"There is no item {item_id}.", {"item_id": item_id})
    goals = master.goals(tx)
    policy = replace(goals.scarcity, rule=rule or goals.scarcity.rule)
    rows = {row.order_id: row for row in scarcity.claimants(tx, item_id)}
    units = scarcity.in_the_bins(tx, item_id) - _kept_back(tx, item_id, rows)
    claims = _claims(tx, list(rows.values()), {order_id: row.wanted for order_id, row in rows.items()})
    shares = share_out(claims, units, policy, item_id)
    losers = [row.order_id for row in rows.values() if shares[row.order_id] < row.on_hand]
    if ask and losers and policy.approver and approved_by != policy.approver:
        says = f"{len(losers)} of these orders would lose what they hold: {policy.approver} must say yes to that first."
        return Refusal(Why.APPROVAL_NEEDED, says, {"approver": policy.approver})
    changed = [
        claim.order_id
        for claim in served_first(claims, policy)
        if shares[claim.order_id] != rows[claim.order_id].on_hand
    ]
    _let_go(tx, scribe, item_id, losers)
    waits = {order_id for order_id in changed if not _serve(office, tx, scribe, order_id, item_id, shares[order_id])}
    tx.flush()
    outcome = _outcome(tx, item_id, policy, units, rows, served_first(claims, policy), waits, goals)
    if changed:
        served = tuple(Served(each.order_id, each.wanted, each.before, each.after) for each in outcome.shares)
        tx.record(scribe(ScarceStockShared(item_id, units, policy.rule, served, approved_by)))
    return outcome


def _kept_back(tx: Transaction, item_id: str, rows: Collection[str]) -> int:
    """Units on hand that orders hold which are not asked: they are put on hold."""
    others = tx.rows(
        "SELECT order_id, quantity FROM hold WHERE item_id = %s AND state = 'active' AND place_id = '' "
        "AND inbound_id = ''",
        item_id,
    )
    return sum(row.quantity for row in others if row.order_id not in rows)


def _claims(tx: Transaction, rows: Sequence[Any], units: Mapping[str, int]) -> list[Claim]:
    """The claim of each order that `units` tells of."""
    earned = scarcity.earned(tx, [row.order_id for row in rows])
    terms = {row.order_id: master.terms_of(row.terms_text) for row in rows}
    return [
        Claim(
            row.order_id,
            units[row.order_id],
            terms[row.order_id].customer_class or "",
            row.placed_at,
            earned[row.order_id],
            bool(terms[row.order_id].ship_complete) and terms[row.order_id].backorder is False,
        )
        for row in rows
        if row.order_id in units
    ]


def _let_go(tx: Transaction, scribe: Scribe, item_id: str, order_ids: Sequence[str]) -> None:
    """What these orders hold of the item in bins that nobody goes to yet."""
    holds = tuple(hold for hold in stock.holds_of_orders(tx, order_ids) if _can_go(hold) and hold.item_id == item_id)
    if holds:
        tx.record(scribe(HoldsVoided(holds)))
        tx.flush()


def _can_go(hold: Hold) -> bool:
    return not hold.place_id and not hold.inbound_id


def _serve(office: Office, tx: Transaction, scribe: Scribe, order_id: str, item_id: str, units: int) -> bool:
    """Hold for the order what it may have; False where there is no way to all it wants, and it waits."""
    served = hold_or_promise_anew(office, tx, scribe, order_id, {item_id: units})
    if not served:
        _hold_part(office, tx, scribe, order_id, item_id, units)
    return served


def _hold_part(office: Office, tx: Transaction, scribe: Scribe, order_id: str, item_id: str, units: int) -> None:
    """Units that are the order's by the rule are kept for it, though it waits for others."""
    mine = [hold for hold in stock.holds_of_orders(tx, [order_id]) if hold.item_id == item_id]
    left = units - sum(hold.quantity for hold in mine if _can_go(hold))
    free = {(row.site_id, row.lot): row.quantity for row in stock.free(tx, [item_id]) if row.quantity}
    expires_at = Requote(office, tx, scribe, order_id).expiry(mine)
    reservations = []
    for row in orders.demand(tx, [order_id]):
        wants = min(row.waiting, left) if row.item_id == item_id else 0
        left -= wants
        for place in sorted(free, key=lambda place: -free[place]):
            gets = min(wants, free[place])
            if gets > 0:
                site_id, lot = place
                reservations.append(Reservation(row.line_no, item_id, site_id, lot, None, gets))
                free[place] -= gets
                wants -= gets
    if reservations:
        if expires_at is not None:
            tx.later(EXPIRE_HOLDS, order_id, expires_at)
        tx.record(scribe(StockHeld(holds_of(order_id, reservations, office.ids, expires_at))))
        tx.flush()


def _outcome(
    tx: Transaction,
    item_id: str,
    policy: Scarcity,
    units: int,
    rows: Mapping[str, Any],
    ranked: Sequence[Claim],
    waits: Collection[str],
    goals: Goals,
) -> Shared:
    """How every order fares, read back from what stands now."""
    now = {row.order_id: row for row in scarcity.claimants(tx, item_id)}
    agreed = orders.agreed(tx, list(rows))
    shares = []
    for claim in ranked:
        row = rows[claim.order_id]
        promised = agreed[claim.order_id][0].last_day
        late = max((promised - row.agreed_by).days, 0) * goals.late_day_minor(claim.customer_class)
        shares.append(
            Share(
                claim.order_id,
                row.customer_id,
                claim.customer_class,
                row.wanted,
                row.on_hand,
                now[claim.order_id].on_hand,
                row.agreed_by,
                promised,
                claim.order_id in waits,
                late,
            )
        )
    wanted = sum(row.wanted for row in rows.values())
    currency = company_of(tx).currency
    return Shared(item_id, policy.rule, units, wanted, currency, policy.approver, tuple(shares))


def hold_or_promise_anew(
    office: Office, tx: Transaction, scribe: Scribe, order_id: str, at_most: Mapping[str, int] | None = None
) -> bool:
    """Reserve again what an order wants that nobody picks: so that its promise holds or, where that cannot be, with
    another promise, caused by us and written in this step. False where there is no way: it waits for planning.
    """
    agreed = orders.agreed(tx, [order_id])[order_id][0]
    tx.later(PLAN_ORDERS, order_id, tx.now)
    for by in (agreed.last_day, None):
        requote = Requote(office, tx, scribe, order_id, by=by, at_most=at_most)
        if by is None:
            requote.asked_by = None
        if requote.unreleased_if_possible():
            if by is None:
                requote.record("us", scribe.cause, only_if_other=True)
            return True
    return False


def hold_or_promise_all_anew(
    office: Office, tx: Transaction, scribe: Scribe, order_ids: Collection[str], item_ids: Collection[str]
) -> None:
    """The same for each of these orders that goes on, in the policy's order. Who has to wait keeps what part of the
    items there is, unless it ships complete.

    The others, and those that somebody works on at this moment, are planned when that is over: nobody is waited for,
    as whoever has an order may wait for the stock that this step has.
    """
    rows = orders.lock_free(tx, set(order_ids))
    waiting = Counter({row.order_id: 0 for row in rows if row.state == "open" and not row.stopped})
    for row in orders.demand(tx, list(waiting)):
        waiting[row.order_id] += row.waiting
    for order_id in sorted(set(order_ids) - waiting.keys()):
        tx.later(PLAN_ORDERS, order_id, tx.now)
    complete = {row.order_id for row in rows if master.terms_of(row.terms_text).ship_complete}
    for claim in served_first(_claims(tx, rows, waiting), master.goals(tx).scarcity):
        if not hold_or_promise_anew(office, tx, scribe, claim.order_id) and claim.order_id not in complete:
            for item_id in sorted(set(item_ids)):
                _hold_part(office, tx, scribe, claim.order_id, item_id, claim.units)


def let_down_first(tx: Transaction, holds: Sequence[Hold], units: int, item_id: str) -> list[Hold]:
    """The holds of one item in the order in which they are let down where only `units` are left for them all."""
    held = _units_of(holds)
    policy = master.goals(tx).scarcity
    claims = _claims(tx, orders.those(tx, held), held)
    shares = share_out(claims, units, policy, item_id)
    place = {claim.order_id: number for number, claim in enumerate(served_first(claims, policy))}
    return sorted(holds, key=lambda hold: (shares[hold.order_id] >= held[hold.order_id], -place[hold.order_id]))


def in_turn(tx: Transaction, holds: Sequence[Hold]) -> list[Hold]:
    """The holds in the order in which the policy serves their orders."""
    held = _units_of(holds)
    claims = _claims(tx, orders.those(tx, held), held)
    place = {claim.order_id: number for number, claim in enumerate(served_first(claims, master.goals(tx).scarcity))}
    return sorted(holds, key=lambda hold: place[hold.order_id])


def _units_of(holds: Sequence[Hold]) -> Counter[str]:
    """Units held by order."""
    held: Counter[str] = Counter()
    for hold in holds:
        held[hold.order_id] += hold.quantity
    return held
