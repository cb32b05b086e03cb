"""Printing: papers that wait for a printer, and those that came out."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from doorstep.storage.tables.columns import VIEWS, instant, key, whole, words

# The paper itself is made when it is taken: what is in it (names, addresses) is kept in one place only.
print_job = Table(
    "print_job",
    VIEWS,
    key("print_id"),
    words("paper"),  # label, carrier_label, packing_slip, pick_list, manifest, bill_of_lading
    words("subject"),  # an SSCC, a site, a site and carrier, a fulfilment order
    words("printer"),
    words("form"),  # pdf, zpl
    whole("dpi"),
    words("again_of"),
    words("reason"),
    words("state"),  # queued, taken, printed, failed
    words("says"),
    instant("queued_at", nullable=False),
    instant("since", nullable=False),
    Index("print_job_by_subject", "subject", "paper", "print_id"),
    Index(
        "print_job_to_do",
        "printer",
        "print_id",
        postgresql_where=text("state IN ('queued', 'taken')"),
    ),
)
