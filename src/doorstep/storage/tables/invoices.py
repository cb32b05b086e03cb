"""Carriers' invoices as they were audited, and claims."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Table, text

from doorstep.storage.tables.columns import VIEWS, instant, json, key, key_no, whole, words

invoice = Table(
    "invoice",
    VIEWS,
    key("carrier_id"),
    key("invoice_number"),
    Column("billed_on", Date, nullable=False),
    words("currency"),
    whole("billed_minor"),
    whole("expected_minor"),
    whole("disputed_minor"),
    instant("taken_at", nullable=False),
    whole("lines"),
    whole("unread"),  # lines of the last file that could not be read
    Column("due_minor", BigInteger),  # what it says its lines come to
    Index("invoice_by_day", "billed_on", "carrier_id", "invoice_number"),
)

invoice_line = Table(
    "invoice_line",
    VIEWS,
    key("carrier_id"),
    key("invoice_number"),
    key_no("line_no"),
    words("label_id", index=True),
    words("named"),
    words("matched_by"),
    whole("expected_minor"),
    whole("billed_minor"),
    whole("disputed_minor"),
    json("charges"),
    json("differences"),
    words("order_id"),
    whole("settled_minor"),  # of what was accrued for the label
)

claim = Table(
    "claim",
    VIEWS,
    key("claim_id"),
    words("carrier_id"),
    words("kind"),  # concealed_damage, loss, late_refund, overcharge
    words("invoice_number"),
    whole("line_no"),
    words("label_id"),
    whole("claimed_minor"),
    words("currency"),
    Column("file_by", Date),
    words("state"),  # open, filed, paid, refused, expired, withdrawn
    whole("paid_minor"),
    instant("opened_at", nullable=False),
    instant("since", nullable=False),
    words("order_id"),
    words("sscc"),
    words("says"),
    Index("claim_of_label", "label_id", "kind"),
    Index("claim_to_file", "file_by", "claim_id", postgresql_where=text("state = 'open'")),
)

# Freight that nobody billed, and nobody will.
accrual_release = Table(
    "accrual_release",
    VIEWS,
    key("label_id"),
    words("order_id"),
    words("carrier_id"),
    whole("released_minor"),
    words("currency"),
    instant("released_at", nullable=False),
)

billing_terms = Table("billing_terms", VIEWS, key("carrier_id"), json("terms"))  # '': of all carriers
