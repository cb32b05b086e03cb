"""What waits for somebody: carriers' messages, later runs, holds that run out."""

from __future__ import annotations

from datetime import timedelta

from doorstep.storage.invariants.found import found
from doorstep.storage.transaction import Transaction

# Longer than any job runs and any worker takes to come back after a fault.
PATIENCE = timedelta(minutes=15)


def inv_11(tx: Transaction) -> list[str]:
    """Each message of a carrier is kept once and came to one end: applied to a parcel, or parked with a reason."""
    return [
        *found(
            tx,
            "Message {message_id} of {carrier_id} is {ended}.",
            "SELECT carrier_id, message_id, CASE WHEN m.known IS NULL THEN 'read and was never kept' "
            "ELSE 'kept and was neither applied nor parked' END AS ended "
            "FROM (SELECT carrier_id, message_id, true AS known FROM message) m "
            "FULL JOIN (SELECT carrier_id, message_id, true AS known FROM scan) s USING (carrier_id, message_id) "
            "WHERE m.known IS NULL OR s.known IS NULL ORDER BY carrier_id, message_id",
        ),
        *found(
            tx,
            "Message {message_id} of {carrier_id} is about {sscc!r}, milestone {milestone!r}, parked {parked!r}: "
            "it is not applied to a parcel we know, nor parked with a reason.",
            "SELECT s.* FROM scan s LEFT JOIN parcel p USING (sscc) WHERE NOT CASE WHEN parked = '' "
            "THEN p.sscc IS NOT NULL AND s.milestone <> '' AND s.scanned_at IS NOT NULL ELSE s.sscc = '' END "
            "ORDER BY carrier_id, message_id",
        ),
    ]


def inv_18(tx: Transaction, patience: timedelta = PATIENCE) -> list[str]:
    """Nothing is stuck for longer than `patience`: no lease, no later run, no hold whose time ran out.

    A hold of an order that was cleared does not run out.
    """
    since = tx.now - patience
    return [
        *found(
            tx,
            "{verb} {key} was leased until {leased_until} and never finished; {attempts} attempts. {trouble}",
            "SELECT * FROM due WHERE leased_until < %s ORDER BY due_id",
            since,
        ),
        *found(
            tx,
            "{verb} {key} is due since {due_at}, and nobody took it; {attempts} attempts. {trouble}",
            "SELECT * FROM due WHERE due_at < %s AND leased_until IS NULL ORDER BY due_id",
            since,
        ),
        *found(
            tx,
            "Hold {hold_id} of {order_id} ran out at {expires_at} and is still active.",
            "SELECT hold_id, order_id, expires_at FROM hold JOIN orders USING (order_id) "
            "WHERE hold.state = 'active' AND expires_at < %s AND cleared_at IS NULL ORDER BY hold_id",
            since,
        ),
    ]
