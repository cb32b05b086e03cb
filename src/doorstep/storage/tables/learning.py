"""What was learned: counts, from which `promising` makes its distributions."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table
from sqlalchemy.dialects.postgresql import JSONB

from doorstep.storage.tables.columns import VIEWS, json, key, whole

transit = Table(
    "transit",
    VIEWS,
    key("service_id"),
    key("origin"),  # regions; '' and a zone for all lanes in it, both '' for all lanes of the service
    key("destination"),
    json("days"),  # working days -> parcels
    Column("expected", JSONB, nullable=False, server_default="{}"),  # working days -> ppm of what leaves now
    # Working days after which they had not come -> parcels that are on their way.
    Column("waiting", JSONB, nullable=False, server_default="{}"),
    whole("parcels"),
    whole("never"),
    whole("expected_apart_ppm"),  # of the whole service: shipments of several parcels, in millionths
    whole("apart_ppm"),
    Column("until", Date, nullable=False),
)

handling = Table(
    "handling",
    VIEWS,
    key("site_id"),
    json("taken"),  # steps of the work that was expected -> thousandths of a shipment
    json("waiting"),  # the step after which they were not packed -> thousandths of a shipment
    whole("shipments"),
    Column("until", Date, nullable=False),
)

lateness = Table(
    "lateness",
    VIEWS,
    key("supplier_id"),
    json("days"),  # calendar days after the day that was first named -> deliveries
    json("waiting"),  # the day after which they had not come -> deliveries that are overdue
    whole("never"),
    Column("until", Date, nullable=False),
)

accuracy = Table(
    "accuracy",
    VIEWS,
    key("site_id"),
    whole("looks"),  # picks and counts
    whole("expected_ppm"),  # millionths of a look, older ones weigh less: expected to find too little, and did
    whole("short_ppm"),
    Column("until", Date, nullable=False),
)

billing = Table(
    "billing",
    VIEWS,
    key("service_id"),
    json("steps"),  # weight step -> parcels, expected, billed
    Column("until", Date, nullable=False),
)
