"""The floor: what is to release, to pick, to pack; parcels and their labels."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from doorstep.storage.transaction import Query, Transaction


def to_release(tx: Transaction, site_id: str, leaves_by: datetime, at_most: int) -> list[Any]:
    """Planned fulfilment orders of a site whose goods are all on hand, least time left first; their orders locked.

    Of those that wait for their day, the ones that leave by then.
    """
    return tx.rows(
        "SELECT f.*, o.area FROM fulfilment f JOIN orders o USING (order_id) "
        "WHERE f.site_id = %s AND f.state = 'planned' AND o.state = 'open' AND NOT o.stopped "
        "AND o.cleared_at IS NOT NULL AND (NOT f.waits_for_day OR f.departs <= %s) AND NOT EXISTS ("
        "  SELECT FROM fulfilment_line l WHERE l.fulfilment_id = f.fulfilment_id AND l.quantity > ("
        "    SELECT coalesce(sum(h.quantity), 0) FROM hold h WHERE h.order_id = f.order_id AND h.line_no = l.line_no "
        "    AND h.item_id = l.item_id AND h.state = 'active' AND h.site_id = f.site_id AND h.inbound_id = '' "
        "    AND h.place_id = '')) "
        "ORDER BY f.ship_by, f.fulfilment_id LIMIT %s FOR UPDATE OF o SKIP LOCKED",
        site_id,
        leaves_by,
        at_most,
    )


_WITH = "(SELECT fulfilment_id FROM pick_task WHERE task_id = ANY(%s))"


def tasks_with(task_ids: Collection[str]) -> Query:
    """The tasks and all others of their fulfilment orders, each with the tracking of its item."""
    return (
        "SELECT t.*, i.tracking FROM pick_task t JOIN item i USING (item_id) "
        f"WHERE t.fulfilment_id IN {_WITH} ORDER BY t.task_id",
        list(task_ids),
    )


def fulfilments_with(task_ids: Collection[str]) -> Query:
    """The fulfilment orders of the tasks."""
    return (f"SELECT * FROM fulfilment WHERE fulfilment_id IN {_WITH}", list(task_ids))


def benches_with(task_ids: Collection[str]) -> Query:
    """Rows (fulfilment_id) of the tasks' fulfilment orders of which something lies on the pack bench."""
    return (
        f"SELECT DISTINCT fulfilment_id FROM bench WHERE quantity > 0 AND fulfilment_id IN {_WITH}",
        list(task_ids),
    )


def tasks(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    return tx.rows("SELECT * FROM pick_task WHERE fulfilment_id = ANY(%s) ORDER BY task_id", list(fulfilment_ids))


def open_tasks(tx: Transaction, site_id: str) -> list[Any]:
    """What is to be picked at a site, in the order of its bins."""
    return tx.rows(
        "SELECT t.*, f.ship_by, f.service_id FROM pick_task t JOIN fulfilment f USING (fulfilment_id) "
        "WHERE f.site_id = %s AND t.state = 'open' ORDER BY t.place_id, f.ship_by, t.task_id",
        site_id,
    )


def fulfilment(tx: Transaction, fulfilment_id: str) -> Any:
    return tx.one("SELECT * FROM fulfilment WHERE fulfilment_id = %s", fulfilment_id)


def fulfilments_query(fulfilment_ids: Collection[str]) -> Query:
    return ("SELECT * FROM fulfilment WHERE fulfilment_id = ANY(%s)", list(fulfilment_ids))


def bench(tx: Transaction, fulfilment_id: str) -> list[Any]:
    """Rows (line_no, item_id, lot, quantity) of what lies on the pack bench for a fulfilment order."""
    return tx.rows(*bench_query(fulfilment_id))


def bench_query(fulfilment_id: str) -> Query:
    return (
        "SELECT * FROM bench WHERE fulfilment_id = %s AND quantity > 0 ORDER BY line_no, item_id, lot",
        fulfilment_id,
    )


def parcels(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    """The parcels that stand, opened ones left out."""
    return tx.rows(*parcels_query(fulfilment_ids))


def parcels_query(fulfilment_ids: Collection[str]) -> Query:
    return (
        "SELECT * FROM parcel WHERE fulfilment_id = ANY(%s) AND state <> 'unpacked' ORDER BY sscc",
        list(fulfilment_ids),
    )


def parcel(tx: Transaction, sscc: str) -> Any:
    return tx.one("SELECT * FROM parcel WHERE sscc = %s", sscc)


def contents(tx: Transaction, ssccs: Collection[str]) -> list[Any]:
    return tx.rows(*contents_query(ssccs))


def contents_query(ssccs: Collection[str]) -> Query:
    return ("SELECT * FROM parcel_content WHERE sscc = ANY(%s) ORDER BY sscc, content_no", list(ssccs))


_BESIDE = "(SELECT fulfilment_id FROM parcel WHERE sscc = ANY(%s))"


def parcels_beside(ssccs: Collection[str]) -> Query:
    """The parcels and all others of their fulfilment orders, opened ones too."""
    return (f"SELECT * FROM parcel WHERE fulfilment_id IN {_BESIDE} ORDER BY sscc", list(ssccs))


def fulfilments_of_parcels(ssccs: Collection[str]) -> Query:
    return (f"SELECT * FROM fulfilment WHERE fulfilment_id IN {_BESIDE}", list(ssccs))


def label(tx: Transaction, label_id: str) -> Any:
    return tx.one("SELECT * FROM label WHERE label_id = %s", label_id)


def labels_by_id(label_ids: Collection[str]) -> Query:
    return ("SELECT * FROM label WHERE label_id = ANY(%s) ORDER BY label_id", list(label_ids))


def labels(tx: Transaction, ssccs: Collection[str]) -> list[Any]:
    """Every label of the parcels, oldest first."""
    return tx.rows(*labels_query(ssccs))


def labels_query(ssccs: Collection[str]) -> Query:
    return ("SELECT * FROM label WHERE sscc = ANY(%s) ORDER BY label_id", list(ssccs))


def labels_of_fulfilments(fulfilment_ids: Collection[str]) -> Query:
    """Every label of the parcels of the fulfilment orders, oldest first."""
    return (
        "SELECT l.* FROM label l JOIN parcel p USING (sscc) WHERE p.fulfilment_id = ANY(%s) ORDER BY l.label_id",
        list(fulfilment_ids),
    )


# Whether a label `l` is of a service that vehicles of our own drive for: nobody is asked for it.
OWN_VEHICLES = "EXISTS (SELECT FROM vehicle w WHERE w.service_id = l.service_id)"
_OF_FREIGHT = "v.service -> 'tariff' ->> 'kind' IN ('ltl', 'truck', 'van')"
_STILL_JOINED = (
    " FROM consolidation_member m JOIN consolidation c USING (consolidation_id) "
    "JOIN fulfilment g ON g.fulfilment_id = m.fulfilment_id WHERE m.fulfilment_id = l.fulfilment_id "
    "AND c.state = 'joined' AND g.service_id = c.service_id AND g.departs = c.departs LIMIT 1"
)
# The joint shipment that a fulfilment order of label `l` still goes with; and its part of it to one consignee.
_JOINT = f"SELECT c.consolidation_id {_STILL_JOINED}"
_STOP = f"SELECT c.consolidation_id || CASE WHEN m.stop_no > 0 THEN '/' || m.stop_no ELSE '' END {_STILL_JOINED}"
# Whatever is priced together with its parcel: its fulfilment order's parcels, and those of all that it goes with.
_SHIPMENT = (
    "SELECT jsonb_object_agg(b.sscc, jsonb_build_array(b.length_mm, b.width_mm, b.height_mm, b.weight_g)) "
    "FROM parcel b WHERE b.state <> 'unpacked' AND (b.fulfilment_id = l.fulfilment_id OR b.fulfilment_id IN ("
    "SELECT o.fulfilment_id FROM consolidation_member o JOIN fulfilment g USING (fulfilment_id) "
    f"JOIN consolidation c USING (consolidation_id) WHERE o.consolidation_id = ({_JOINT}) "
    "AND g.service_id = c.service_id AND g.departs = c.departs))"
)
# To whom a truck with several stops goes that takes it, in the order of driving, where it unloads anything.
_STOPS = (
    "SELECT array_agg(s.person_ref ORDER BY s.stop_no) FROM (SELECT DISTINCT ON (o.stop_no) o.stop_no, r.person_ref "
    "FROM consolidation_member o JOIN orders r USING (order_id) JOIN fulfilment g USING (fulfilment_id) "
    f"JOIN consolidation c USING (consolidation_id) WHERE o.consolidation_id = ({_JOINT}) AND o.stop_no > 0 "
    "AND g.service_id = c.service_id AND g.departs = c.departs AND EXISTS (SELECT FROM parcel b "
    "WHERE b.fulfilment_id = o.fulfilment_id AND b.state <> 'unpacked') ORDER BY o.stop_no, o.order_id) s"
)


def labels_to_send(label_ids: Collection[str]) -> Query:
    """Those of the labels that are asked for, with parcel, and where person and site are kept that it goes between."""
    return (
        "SELECT l.label_id, l.fulfilment_id, l.carrier_id, l.service_id, l.carrier_ref, l.sscc, p.weight_g, "
        "p.length_mm, p.width_mm, p.height_mm, s.person_ref AS from_ref, o.person_ref AS to_ref, "
        "s.calendar ->> 'zone' AS zone, f.departs, "
        f"CASE WHEN {_OF_FREIGHT} THEN ({_SHIPMENT}) END AS shipment, {OWN_VEHICLES} AS own, "
        f"coalesce(({_STOP}), l.fulfilment_id) AS goes_with, ({_STOPS}) AS stop_refs "
        "FROM label l JOIN parcel p USING (sscc) LEFT JOIN service v ON v.service_id = l.service_id "
        "JOIN fulfilment f ON f.fulfilment_id = l.fulfilment_id "
        "JOIN orders o ON o.order_id = l.order_id LEFT JOIN site s ON s.site_id = p.site_id "
        "WHERE l.label_id = ANY(%s) AND l.state = 'requested'",
        list(label_ids),
    )


def of_own_vehicles(tx: Transaction, label_id: str) -> bool:
    """Whether a label is of a service that vehicles of our own drive for."""
    return bool(tx.rows(f"SELECT FROM label l WHERE label_id = %s AND {OWN_VEHICLES}", label_id))


Number = tuple[str, str]  # a carrier and its tracking number


def labels_by_tracking(numbers: Collection[Number]) -> Query:
    """The newest label of each number that is known."""
    return (
        "SELECT DISTINCT ON (carrier_id, tracking_number) l.* FROM label l JOIN unnest(%s::text[], %s::text[]) "
        "AS n (carrier_id, tracking_number) USING (carrier_id, tracking_number) "
        "ORDER BY carrier_id, tracking_number, label_id DESC",
        *_columns(numbers),
    )


def label_by_tracking(tx: Transaction, carrier_id: str, tracking_number: str) -> Any:
    return tx.one(*labels_by_tracking([(carrier_id, tracking_number)]))


def lock_numbers(numbers: Collection[Number]) -> Query:
    """Learning a number and parking a scan for want of it follow one another: one of them sees the other's work."""
    names = [f"tracking {carrier_id} {tracking_number}" for carrier_id, tracking_number in sorted(numbers)]
    return ("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS n (name)", names)


def lock_number(tx: Transaction, carrier_id: str, tracking_number: str) -> None:
    """The same for one."""
    tx.rows(*lock_numbers([(carrier_id, tracking_number)]))


def messages_kept(ids: Collection[tuple[str, str]]) -> Query:
    """Rows (carrier_id, message_id) of those that came before."""
    return (
        "SELECT carrier_id, message_id FROM message JOIN unnest(%s::text[], %s::text[]) AS n (carrier_id, message_id) "
        "USING (carrier_id, message_id)",
        *_columns(ids),
    )


def parked_messages(carrier_id: str, tracking_number: str) -> Query:
    """Rows (message_id, raw) of what is parked under a number, oldest first."""
    return (
        "SELECT m.message_id, m.raw FROM scan s JOIN message m USING (carrier_id, message_id) WHERE s.parked <> '' "
        "AND s.carrier_id = %s AND s.tracking_number = %s ORDER BY m.received_at, m.message_id",
        carrier_id,
        tracking_number,
    )


def labels_with_parked_scans(label_ids: Collection[str]) -> Query:
    """The ids of those of the labels under whose number something is parked."""
    return (
        "SELECT DISTINCT l.label_id FROM label l JOIN scan s USING (carrier_id, tracking_number) "
        "WHERE l.label_id = ANY(%s) AND s.parked <> '' ORDER BY l.label_id",
        list(label_ids),
    )


def _columns(pairs: Collection[tuple[str, str]]) -> list[list[str]]:
    return [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]


def in_hand(tx: Transaction, verb: str, key: str) -> bool:
    """Whether a worker has this later run at the moment."""
    running = "SELECT 1 FROM due WHERE verb = %s AND key = %s AND leased_until > %s"
    return tx.one(running, verb, key, tx.now) is not None


def parcels_of_orders(order_ids: Collection[str]) -> Query:
    """Every parcel of the orders, opened ones too, with service and `ship_by` of its fulfilment order and its lane."""
    return (
        "SELECT p.sscc, p.fulfilment_id, p.order_id, p.site_id, f.service_id, f.ship_by, p.state, p.milestone, p.eta, "
        "p.delivered_at, s.area AS origin, o.area AS destination FROM parcel p JOIN fulfilment f USING (fulfilment_id) "
        "JOIN orders o ON o.order_id = p.order_id JOIN site s ON s.site_id = p.site_id WHERE p.order_id = ANY(%s) "
        "ORDER BY p.sscc",
        list(order_ids),
    )


def contents_of_orders(order_ids: Collection[str]) -> Query:
    """What is in each parcel of the orders."""
    return (
        "SELECT c.* FROM parcel_content c JOIN parcel p USING (sscc) WHERE p.order_id = ANY(%s) "
        "ORDER BY c.sscc, c.content_no",
        list(order_ids),
    )


def scans(tx: Transaction, sscc: str) -> list[Any]:
    return tx.rows(*scans_of([sscc]))


def scans_of(ssccs: Collection[str]) -> Query:
    return ("SELECT * FROM scan WHERE sscc = ANY(%s) ORDER BY sscc, scanned_at, message_id", list(ssccs))
