"""The verbs that steps ask for a later run of, by the names under which they lie in `due`."""

from __future__ import annotations

PLAN_ORDERS = "plan_orders"  # plan, and hold again what waits; key: the order
SEND_LABEL = "send_label"  # ask the carrier for a label; key: the label
FETCH_DOCUMENT = "fetch_document"  # a label was bought and its document is elsewhere; key: the label
VOID_LABEL = "void_label"  # give a label back to the carrier; key: the label
EXPIRE_HOLDS = "expire_holds"  # let go of what is held for orders that were not cleared in time; key: the order
PLAN_WAITING = "plan_waiting"  # new stock: plan the orders that wait for it; key: the item
SETTLE_FULFILMENT = "settle_fulfilment"  # its open tasks are gone: on to packing, or cancelled; key: fulfilment order
REQUEST_LABELS = "request_labels"  # packed, or its old labels are void: ask for labels; key: the fulfilment order
REREAD_SCANS = "reread_scans"  # a tracking number is known now: read again what was parked; key: the label
SEND_MANIFEST = "send_manifest"  # tell a carrier what its driver takes; key: the manifest
BOOK_PICKUP = "book_pickup"  # have a carrier's driver come; key: the pickup
CANCEL_PICKUP = "cancel_pickup"  # have him not come; key: the pickup
ANSWER_DUE = "answer_due"  # a site was to say whether it takes it; key: the fulfilment order
PROMISE_AGAIN = "promise_again"  # goods it stands on come at another time: promise it anew; key: the order
