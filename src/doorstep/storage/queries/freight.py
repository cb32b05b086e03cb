"""Sums of freight by month and currency: rows (first_day of the month, currency, ...) in minor units."""

from __future__ import annotations

from typing import Any

from doorstep.storage.transaction import Transaction


def accrued(tx: Transaction, carrier_id: str) -> list[Any]:
    """What labels of parcels cost that left in a month, on the wall of their site; `minor`."""
    return tx.rows(
        "SELECT date_trunc('month', coalesce(p.handed_over_at, p.packed_at) AT TIME ZONE (s.calendar ->> 'zone'))"
        "::date AS first_day, l.currency, sum(l.cost_minor)::bigint AS minor FROM label l JOIN parcel p USING (sscc) "
        "JOIN site s ON s.site_id = p.site_id WHERE l.state IN ('bought', 'void_requested') "
        "AND p.state IN ('handed_over', 'delivered') AND (%s = '' OR l.carrier_id = %s) GROUP BY 1, 2",
        carrier_id,
        carrier_id,
    )


def billed(tx: Transaction, carrier_id: str) -> list[Any]:
    """What invoices of a month bill, settle and is disputed of them; of own vehicles what their routes cost."""
    return tx.rows(
        "SELECT date_trunc('month', i.billed_on)::date AS first_day, i.currency, "
        "sum(l.billed_minor)::bigint AS billed, sum(l.settled_minor)::bigint AS settled, "
        "sum(l.disputed_minor)::bigint AS disputed FROM invoice i "
        "JOIN invoice_line l USING (carrier_id, invoice_number) WHERE (%s = '' OR i.carrier_id = %s) GROUP BY 1, 2 "
        "UNION ALL SELECT date_trunc('month', s.ended_at AT TIME ZONE 'UTC')::date, s.currency, "
        "sum(s.share_minor)::bigint, sum(s.accrued_minor)::bigint, 0::bigint FROM route_share s "
        "JOIN label l USING (label_id) WHERE (%s = '' OR l.carrier_id = %s) GROUP BY 1, 2",
        carrier_id,
        carrier_id,
        carrier_id,
        carrier_id,
    )


def released(tx: Transaction, carrier_id: str) -> list[Any]:
    """What nobody billed for so long that it is expected no more; `minor`."""
    return tx.rows(
        "SELECT date_trunc('month', released_at AT TIME ZONE 'UTC')::date AS first_day, currency, "
        "sum(released_minor)::bigint AS minor FROM accrual_release WHERE (%s = '' OR carrier_id = %s) GROUP BY 1, 2",
        carrier_id,
        carrier_id,
    )


def answered(tx: Transaction, carrier_id: str) -> list[Any]:
    """What claims that ended in a month had disputed of invoices, and what was paid for them."""
    return tx.rows(
        "SELECT date_trunc('month', since AT TIME ZONE 'UTC')::date AS first_day, currency, "
        "coalesce(sum(claimed_minor) FILTER (WHERE kind = 'overcharge'), 0)::bigint AS disputed, "
        "sum(paid_minor)::bigint AS paid FROM claim "
        "WHERE state IN ('paid', 'refused', 'expired', 'withdrawn') AND (%s = '' OR carrier_id = %s) GROUP BY 1, 2",
        carrier_id,
        carrier_id,
    )
