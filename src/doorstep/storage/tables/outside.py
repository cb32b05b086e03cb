"""Outside: labels, scans, milestones."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Table, text

from doorstep.storage.tables.columns import VIEWS, instant, json, key, whole, words, yes_no

label = Table(
    "label",
    VIEWS,
    key("label_id"),
    words("sscc", index=True),
    words("order_id"),
    words("fulfilment_id"),
    words("carrier_id"),
    words("service_id"),
    words("state"),  # requested, bought, failed, void_requested, voided
    words("tracking_number"),
    whole("cost_minor"),
    words("currency"),
    words("document"),
    words("says"),
    instant("requested_at", nullable=False),
    json("charges"),  # kind, minor, name; none where only the cost is known
    words("tariff_id"),
    Column("priced_on", Date),
    words("carrier_ref"),  # the carrier's own id, where it has one beside the number
    Index(
        "one_live_label",
        "sscc",
        unique=True,
        postgresql_where=text("state IN ('requested', 'bought', 'void_requested')"),
    ),
    Index("label_by_tracking", "carrier_id", "tracking_number"),
)

scan = Table(
    "scan",
    VIEWS,
    key("carrier_id"),
    key("message_id"),
    words("sscc", index=True),
    words("tracking_number"),
    words("code"),
    words("milestone"),
    instant("scanned_at"),
    words("scan_place"),
    yes_no("corrects"),
    words("parked"),
    Index("scan_by_tracking", "carrier_id", "tracking_number"),
)

# A milestone that was withdrawn stays, without a time.
milestone = Table("milestone", VIEWS, key("sscc"), key("milestone"), instant("reached_at"))
