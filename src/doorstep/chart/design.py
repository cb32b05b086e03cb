"""The process as it is designed: its steps, who does each, which facts complete it, and the ways between them.

Declared here once. Chart, page, API and terminal show it; a test binds it to the flow and to every kind of event.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.chart.beside import BESIDE as BESIDE
from doorstep.chart.node import EVERYTHING, FULFILMENT, OBJECT_TYPES, ORDER, PARCEL, SETBACKS, TASK, Node
from doorstep.events.steps import Step

_HOUR, _DAY = 3_600, 86_400
_CHANGES = (
    *("flow.change.cancel_line", "flow.change.cancel_order", "flow.change.change_quantity"),
    *("flow.change.change_address", "flow.change.change_date"),
)
_SCANS = (
    *("flow.track.take_scan", "flow.track.take_scans", "flow.track.reread_scans", "flow.track.reread_scans_many"),
    *("flow.ask_track.ask_where", "flow.poll.poll_tracking"),
    *("flow.route_out.leave", "flow.route_out.stop_done", "flow.route_out.stop_failed"),
)


NODES: tuple[Node, ...] = (
    Node(
        node_id="promise",
        title="Promise",
        step=Step.PROMISE,
        handles=ORDER,
        completed_by=("OrderPlaced",),
        done_by=("flow.place.place_order",),
        waits_for=frozenset({ORDER}),
    ),
    Node(
        node_id="clear",
        title="Clear payment",
        step=Step.PROMISE,
        handles=ORDER,
        completed_by=("OrderCleared", "HoldsExpired"),
        done_by=("flow.place.clear_order", "flow.place.expire_holds"),
        waits_for=frozenset({ORDER}),
        misses=frozenset({"HoldsExpired"}),
        target_seconds=_DAY,
    ),
    Node(
        node_id="change",
        title="Change order",
        step=Step.CHANGE,
        handles=ORDER,
        completed_by=(
            *("OrderHeld", "OrderResumed", "QuantityChanged", "AddressChanged", "DateChanged", "OrderCancelled"),
        ),
        done_by=(*_CHANGES, "flow.change.hold_order", "flow.change.resume_order"),
        gathers=EVERYTHING,
        usual=False,
    ),
    Node(
        node_id="take_back",
        title="Take work back",
        step=Step.CHANGE,
        handles=FULFILMENT,
        completed_by=("TasksCancelled", "PutBack", "ParcelUnpacked", "FulfilmentCancelled"),
        done_by=(
            *_CHANGES,
            "flow.change.hold_order",
            *("flow.count.count_bin", "flow.nodes.decline", "flow.nodes.answer_due"),
            "flow.pick.confirm_pick",
            "flow.pick.confirm_picks",
            "flow.pick.settle_fulfilment",
            *("flow.plan.plan_open_orders", "flow.plan_all.plan_all_open"),
        ),
        waits_for=frozenset(OBJECT_TYPES),
        undoes=True,
        usual=False,
    ),
    Node(
        node_id="void_label",
        title="Void label",
        step=Step.CHANGE,
        handles=PARCEL,
        completed_by=("LabelVoided", "LabelVoidRefused"),
        done_by=("flow.ship.void_label",),
        waits_for=frozenset({ORDER}),  # the change that wished it
        misses=frozenset({"LabelVoidRefused"}),
        target_seconds=_DAY,
        undoes=True,
        aside=True,
        usual=False,
    ),
    Node(
        node_id="plan",
        title="Plan shipment",
        step=Step.PLAN,
        handles=FULFILMENT,
        completed_by=("ShipmentPlanned", "FulfilmentReplanned"),
        done_by=(
            *("flow.plan.plan_open_orders", "flow.plan_all.plan_all_open", "flow.later.run_planning"),
            *(*_CHANGES, "flow.change.resume_order"),
            *("flow.scarcity.hold_or_promise_anew", "flow.scarcity.hold_or_promise_all_anew"),
            "flow.consolidate.consolidate_orders",
        ),
        gathers=SETBACKS,
        target_seconds=15 * 60,
    ),
    Node(
        node_id="release",
        title="Release to floor",
        step=Step.RELEASE,
        handles=FULFILMENT,
        completed_by=("WaveReleased",),
        done_by=("flow.release.release_wave",),
        target_seconds=4 * _HOUR,
        open_hours=True,
    ),
    Node(
        node_id="answer",
        title="Site answers",
        step=Step.RELEASE,
        handles=FULFILMENT,
        completed_by=("FulfilmentAccepted", "FulfilmentDeclined"),
        done_by=("flow.nodes.accept", "flow.nodes.decline", "flow.nodes.answer_due"),
        misses=frozenset({"FulfilmentDeclined"}),
        target_seconds=4 * _HOUR,
        usual=False,
    ),
    Node(
        node_id="pick",
        title="Pick",
        step=Step.PICK,
        handles=TASK,
        completed_by=("Picked", "PickedShort"),
        done_by=("flow.pick.confirm_pick", "flow.pick.confirm_picks"),
        misses=frozenset({"PickedShort"}),
        target_seconds=2 * _HOUR,
        open_hours=True,
    ),
    Node(
        node_id="pack",
        title="Pack",
        step=Step.PACK,
        handles=PARCEL,
        completed_by=("ParcelPacked",),
        done_by=("flow.pack.pack",),
        waits_for=frozenset({ORDER, FULFILMENT, TASK}),
        target_seconds=_HOUR,
        open_hours=True,
    ),
    Node(
        node_id="ask_label",
        title="Ask for label",
        step=Step.LABEL,
        handles=PARCEL,
        completed_by=("LabelRequested",),
        done_by=("flow.ship.request_labels", "flow.ship.request_labels_many"),
        target_seconds=5 * 60,
    ),
    Node(
        node_id="buy_label",
        title="Buy label",
        step=Step.LABEL,
        handles=PARCEL,
        completed_by=("LabelBought", "LabelFailed"),
        done_by=("flow.ship.send_label", "flow.ship.send_labels"),
        misses=frozenset({"LabelFailed"}),
        target_seconds=15 * 60,
    ),
    Node(
        node_id="print",
        title="Print papers",
        step=Step.LABEL,
        handles="",
        completed_by=("PaperPrinted", "PaperFailed"),
        done_by=("flow.printing.printed", "flow.printing.failed", "flow.printing.take_print"),
        noun="prints",
        misses=frozenset({"PaperFailed"}),
    ),
    Node(
        node_id="audit_invoice",
        title="Audit invoice",
        step=Step.SCORE,
        handles="",
        completed_by=("InvoiceTaken",),
        done_by=("flow.invoices.take_invoice",),
        noun="invoices",
    ),
    Node(
        node_id="claim",
        title="Claim from carrier",
        step=Step.SCORE,
        handles="",
        completed_by=("ClaimSettled", "ClaimExpired", "ClaimWithdrawn"),
        done_by=("flow.claims.settle_claim", "flow.claims.expire_claims", "flow.claims.withdraw_claim"),
        noun="claims",
    ),
    Node(
        node_id="hand_over",
        title="Hand over",
        step=Step.HAND_OVER,
        handles=PARCEL,
        completed_by=("HandedOver",),
        done_by=("flow.hand_over.hand_over", *_SCANS),
        target_seconds=8 * _HOUR,
        open_hours=True,
    ),
    Node(
        node_id="first_scan",
        title="First scan",
        step=Step.TRACK,
        handles=PARCEL,
        completed_by=("MilestoneReached:accepted",),
        done_by=_SCANS,
        target_seconds=12 * _HOUR,
        told=True,
    ),
    Node(
        node_id="transit",
        title="In transit",
        step=Step.TRACK,
        handles=PARCEL,
        completed_by=(
            "MilestoneReached:in_transit",
            "MilestoneReached:held",
            "MilestoneReached:out_for_delivery",
            "MilestoneReached:attempted",
            "DeliveryWithdrawn",
        ),
        done_by=_SCANS,
        misses=frozenset({"MilestoneReached:held", "MilestoneReached:attempted", "DeliveryWithdrawn"}),
        target_seconds=2 * _DAY,
        told=True,
    ),
    Node(
        node_id="deliver",
        title="Deliver",
        step=Step.DELIVER,
        handles=PARCEL,
        completed_by=("Delivered",),
        done_by=_SCANS,
        target_seconds=2 * _DAY,
        told=True,
    ),
    Node(
        node_id="astray",
        title="Returned or lost",
        step=Step.TRACK,
        handles=PARCEL,
        completed_by=("MilestoneReached:returning", "MilestoneReached:returned", "MilestoneReached:lost"),
        done_by=_SCANS,
        misses=frozenset({"MilestoneReached:returning", "MilestoneReached:returned", "MilestoneReached:lost"}),
        told=True,
        usual=False,
    ),
    Node(
        node_id="score",
        title="Score promise",
        step=Step.SCORE,
        handles=ORDER,
        completed_by=("PromiseKept", "PromiseBroken"),
        done_by=(*_SCANS, "flow.score.score_overdue"),
        waits_for=frozenset(OBJECT_TYPES),
        gathers=EVERYTHING,
        misses=frozenset({"PromiseBroken"}),
        target_seconds=_DAY,
        leads_on=False,
    ),
    Node(
        node_id="improve",
        title="Learn from it",
        step=Step.IMPROVE,
        handles="",
        completed_by=("TransitLearned", "HandlingLearned", "LatenessLearned", "AccuracyLearned"),
        done_by=("flow.learn.learn",),
        noun="lessons",
    ),
    Node(
        node_id="count",
        title="Count a bin",
        step=Step.COUNT,
        handles="",
        completed_by=("StockCounted",),
        done_by=("flow.count.count_bin",),
        noun="counts",
    ),
    Node(
        node_id="share",
        title="Share scarce stock",
        step=Step.PLAN,
        handles="",
        completed_by=("ScarceStockShared",),
        done_by=("flow.scarcity.share_scarce_stock", "flow.scarcity.compare_rules"),
        noun="sharings",
        usual=False,
    ),
    Node(
        node_id="manifest",
        title="Close manifest",
        step=Step.HAND_OVER,
        handles="",
        completed_by=("ManifestClosed",),
        done_by=("flow.manifests.close_manifest", "flow.manifests.list_taken", "flow.collect.collect_due"),
        noun="manifests",
    ),
    Node(
        node_id="pickup",
        title="Book pickup",
        step=Step.HAND_OVER,
        handles="",
        completed_by=("PickupBooked", "PickupFailed"),
        done_by=("flow.pickups.book_pickup",),
        noun="pickups",
        misses=frozenset({"PickupFailed"}),
    ),
    Node(
        node_id="route",
        title="Plan own routes",
        step=Step.PLAN,
        handles="",
        completed_by=("RoutesPlanned",),
        done_by=(
            "flow.routes.plan_routes",
            "flow.routes.plan_due_routes",
            "flow.route_anew.plan_rest",
            "flow.route_anew.plan_after",
            "flow.route_anew.plan_after_leaving",
        ),
        noun="route plans",
    ),
    Node(
        node_id="receive",
        title="Receive goods",
        step=Step.RECEIVE,
        handles="",
        completed_by=("StockReceived",),
        done_by=("flow.receive.receive", "flow.receive.receive_within"),
        noun="receipts",
    ),
)

# The ways between the steps: as it should go, and the ways back that are foreseen.
WAYS: tuple[tuple[str, str], ...] = (
    ("promise", "clear"),
    ("promise", "plan"),
    ("clear", "plan"),
    ("plan", "release"),
    ("release", "pick"),
    ("release", "answer"),
    ("answer", "pick"),
    ("pick", "pack"),
    ("pack", "ask_label"),
    ("ask_label", "buy_label"),
    ("buy_label", "hand_over"),
    ("hand_over", "first_scan"),
    ("first_scan", "transit"),
    ("transit", "transit"),
    ("transit", "deliver"),
    ("deliver", "score"),
    ("score", "improve"),
)
WAYS_BACK: tuple[tuple[str, str], ...] = (
    ("pick", "plan"),
    ("plan", "pack"),
    ("plan", "ask_label"),
    ("buy_label", "ask_label"),
    ("change", "plan"),
    ("change", "take_back"),
    ("take_back", "plan"),
    ("take_back", "pack"),
    ("change", "void_label"),
    ("void_label", "ask_label"),
    ("transit", "astray"),
    ("astray", "score"),
    ("transit", "score"),
    ("score", "score"),
)
# The customer may come at any time, and then work is taken back: every way into and out of these is foreseen.
ANYWHERE = frozenset({"change", "take_back"})

# The company's order of departments, from the customer's wish to the customer's verdict, and then the stock.
SWIMLANES: tuple[str, ...] = (
    *("sales", "planning", "warehouse", "packing", "shipping", "carrier", "service"),
    *("stock control", "receiving"),
)

INDEX: Mapping[str, int] = {node.node_id: number for number, node in enumerate(NODES)}
WHATS: tuple[str, ...] = tuple(what for node in NODES for what in node.completed_by)
NODE_OF_WHAT: tuple[int, ...] = tuple(INDEX[node.node_id] for node in NODES for _ in node.completed_by)
MISSES: tuple[bool, ...] = tuple(what in node.misses for node in NODES for what in node.completed_by)


def is_designed(before: str, after: str) -> bool:
    """Whether work may pass from one step to the other by the design."""
    way = (before, after)
    return bool(ANYWHERE & {before, after}) or way in WAYS or way in WAYS_BACK
