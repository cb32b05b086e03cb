"""Orders: placed as any other, promised and held; their reference says which order is the same one again."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.events.imports import Effect, ImportedOrder, OrdersForgotten, OrdersImported
from doorstep.flow.change import cancel_within
from doorstep.flow.imports.values import BuiltOn, Given, Judged, Work, created, refused, same
from doorstep.flow.place import place_within
from doorstep.storage.queries import orders
from doorstep.storage.store import hash_of
from doorstep.terms.order import Order
from doorstep.terms.refusals import Refusal

# After these an order is no longer as it was imported.
_CHANGES = ("QuantityChanged", "AddressChanged", "DateChanged", "OrderHeld", "OrderResumed")


class Orders:
    """Orders of customers, each with a reference of its own."""

    chunk = 25

    def book(self, work: Work, rows: Sequence[Given]) -> list[Judged]:
        return [self._book(work, given) for given in rows]

    def _book(self, work: Work, given: Given) -> Judged:
        order: Order = given.value
        if not order.reference:
            return refused(given, "The order has no reference, by which it would be known when the file comes again.")
        digest = hash_of(order).hex()
        known = work.tx.one(
            "SELECT order_id, digest FROM imported_order WHERE customer_id = %s AND reference = %s",
            order.customer_id,
            order.reference,
        )
        if known and known.digest == digest:
            return same(given, known.order_id)
        if known:
            says = (
                f"Order {order.reference} came before with another content, as {known.order_id}: change that one "
                "(doorstep order change), or give this one a reference of its own."
            )
            return refused(given, says, known.order_id)
        if by_hand := self._placed_by_hand(work, order):
            says = (
                f"Order {order.reference} was placed as {by_hand}, not by an import: it is left as it is. "
                "Leave the row out, or give it a reference of its own."
            )
            return refused(given, says, by_hand)
        placed = place_within(work.office, work.tx, work.scribe, order)
        if isinstance(placed, Refusal):
            return refused(given, placed, order.reference)
        imported = ImportedOrder(order.customer_id, order.reference, placed.order_id, digest)
        work.record(OrdersImported(work.import_id, (imported,)))
        work.tx.flush()
        return created(given, "order", placed.order_id, f"promised by {placed.promise.last_day.isoformat()}")

    def _placed_by_hand(self, work: Work, order: Order) -> str:
        """The order that has the reference and was not taken back with an import; '' where there is none."""
        row = work.tx.one(
            "SELECT order_id FROM orders WHERE reference = %s AND customer_id = %s AND NOT EXISTS (SELECT FROM touched "
            "WHERE object_type = 'order' AND object_id = order_id AND qualifier = 'taken back') LIMIT 1",
            order.reference,
            order.customer_id,
        )
        return row.order_id if row else ""

    def take_back(self, work: Work, made_id: int, effects: Sequence[Effect]) -> list[BuiltOn]:
        """Cancel each order, newest first; where one was changed or is on the floor, say so."""
        stands: list[BuiltOn] = []
        for effect in effects:
            if says := self._stands(work, effect.object_id):
                stands.append(BuiltOn(effect.line, effect.object_id, says))
                continue
            row = orders.lock(work.tx, effect.object_id)
            refusal = (
                None if row.state == "cancelled" else cancel_within(work.office, work.tx, work.scribe, effect.object_id)
            )
            if refusal:
                stands.append(BuiltOn(effect.line, effect.object_id, refusal.says))
                continue
            known = work.tx.one(
                "SELECT digest FROM imported_order WHERE customer_id = %s AND reference = %s",
                row.customer_id,
                row.reference,
            )
            forgotten = ImportedOrder(row.customer_id, row.reference, row.order_id, known.digest)
            work.record(OrdersForgotten(work.import_id, (forgotten,)))
            work.tx.flush()
        return stands

    def _stands(self, work: Work, order_id: str) -> str:
        for fulfilment in orders.fulfilments(work.tx, [order_id]):
            if fulfilment.state != "planned":
                return f"Order {order_id} is on its way: a part of it is {fulfilment.state.replace('_', ' ')}."
        if orders.order(work.tx, order_id).state == "cancelled":
            return ""
        row = work.tx.one(
            "SELECT j.kind, j.actor FROM touched t JOIN journal j USING (event_id) WHERE t.object_type = 'order' "
            "AND t.object_id = %s AND j.kind = ANY(%s) ORDER BY t.event_id DESC LIMIT 1",
            order_id,
            list(_CHANGES),
        )
        return f"Order {order_id} was changed by {row.actor} since." if row else ""
