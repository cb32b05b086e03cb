"""Every table, declared once. `PERMANENT` holds what cannot be rebuilt; `VIEWS` are folds of the journal."""

from doorstep.storage.tables.access import account, credential, sign_in_link, sign_in_try, web_session
from doorstep.storage.tables.collection import collection, manifest, manifest_label, pickup
from doorstep.storage.tables.columns import PERMANENT, VIEWS
from doorstep.storage.tables.consolidation import consolidation, consolidation_member
from doorstep.storage.tables.exchange import exchange_rate
from doorstep.storage.tables.fleet import route, route_day, route_share, route_stop, vehicle
from doorstep.storage.tables.floor import (
    bench,
    fulfilment,
    fulfilment_line,
    parcel,
    parcel_content,
    pick_task,
    plan,
    wave,
)
from doorstep.storage.tables.imports import import_map, imported_order, imports
from doorstep.storage.tables.invoices import accrual_release, billing_terms, claim, invoice, invoice_line
from doorstep.storage.tables.learning import accuracy, billing, handling, lateness, transit
from doorstep.storage.tables.legal import forbidden, match_review, rule_list, screening
from doorstep.storage.tables.master import carton, company, customer, goals, item, place, service, site, supplier
from doorstep.storage.tables.nodes import asking
from doorstep.storage.tables.orders import cost_entry, demand, hand_off, order_line, orders, promise, score
from doorstep.storage.tables.outside import label, milestone, scan
from doorstep.storage.tables.permanent import (
    defined,
    document,
    due,
    journal,
    last_rate,
    message,
    person,
    reply,
    sealed,
    touched,
    tracking_link,
    unsealed,
)
from doorstep.storage.tables.planning import planning_run, scarce_price
from doorstep.storage.tables.printing import print_job
from doorstep.storage.tables.stock import balance, hold, inbound, lot, move, pool, unit

__all__ = [
    "PERMANENT",
    "VIEWS",
    "account",
    "accrual_release",
    "accuracy",
    "asking",
    "balance",
    "bench",
    "billing",
    "billing_terms",
    "carton",
    "claim",
    "collection",
    "company",
    "consolidation",
    "consolidation_member",
    "cost_entry",
    "credential",
    "customer",
    "defined",
    "demand",
    "document",
    "due",
    "exchange_rate",
    "forbidden",
    "fulfilment",
    "fulfilment_line",
    "goals",
    "hand_off",
    "handling",
    "hold",
    "import_map",
    "imported_order",
    "imports",
    "inbound",
    "invoice",
    "invoice_line",
    "item",
    "journal",
    "label",
    "last_rate",
    "lateness",
    "lot",
    "manifest",
    "manifest_label",
    "match_review",
    "message",
    "milestone",
    "move",
    "order_line",
    "orders",
    "parcel",
    "parcel_content",
    "person",
    "pick_task",
    "pickup",
    "place",
    "plan",
    "planning_run",
    "pool",
    "print_job",
    "promise",
    "reply",
    "route",
    "route_day",
    "route_share",
    "route_stop",
    "rule_list",
    "scan",
    "scarce_price",
    "score",
    "screening",
    "sealed",
    "service",
    "sign_in_link",
    "sign_in_try",
    "site",
    "supplier",
    "touched",
    "tracking_link",
    "transit",
    "unit",
    "unsealed",
    "vehicle",
    "wave",
    "web_session",
]
