"""What is recorded beside the steps of the process: kinds of event that complete none of them, and why."""

from __future__ import annotations

from collections.abc import Mapping

# Kinds of event of the process that complete no step of it, and why.
BESIDE: Mapping[str, str] = {
    "OrderPromised": "the words of a promise: they come with the placing, the clearing or the change that made it",
    "StockHeld": "the ledger of holds; it comes with the step that reserved",
    "HoldsMoved": "the ledger of holds; it comes with the plan, the release or the receipt",
    "HoldsVoided": "the ledger of holds; it comes with the change or the count",
    "HandOffMade": "says how much of the promise was left when work passed on; the chart measures the passing itself",
    "PlanMade": "what a run came to for all its orders; each that is planned otherwise has a fact of its own",
    "OrdersImported": "the ledger of an import; each of its orders is placed by a fact of its own",
    "OrdersForgotten": "the ledger of an import; each of its orders is cancelled by a fact of its own",
    **dict.fromkeys(("LabelOpened", "LabelDocumentKept"), "part of buying; the label that is bought ends it"),
    "LabelVoidRequested": "the wish to void a label; it comes with the change, and voiding ends it",
    "ClaimOpened": "says what there is to claim; it comes with the audit of the invoice",
    "ClaimFiled": "the carrier was told; its answer ends the claim",
    "AccrualReleased": "freight that nobody bills is expected no more; nothing happened to the order",
    "PaperQueued": "the wish to print; the printing ends it",
    "PaperTaken": "says which printer has it in hand; the printing ends it",
    **dict.fromkeys(("InboundExpected", "InboundChanged", "InboundWithdrawn"), "says what is to come"),
    "LabelForbidden": "what may not ship stays where it is until it may, or goes by another way",
    "BillingLearned": "what bills come to on the whole; nothing happened to an order",
    "ShipmentsConsolidated": "planned shipments that go as one; each keeps its plan",
    "ConsolidationEnded": "each goes by itself again, and is planned so",
    **dict.fromkeys(
        ("ManifestOpened", "ManifestTaken", "ManifestRefused"),
        "what the carrier made of a list; closing it is the step",
    ),
    **dict.fromkeys(("PickupRequested", "PickupOpened"), "the wish for a driver; the booking ends it"),
    **dict.fromkeys(("PickupCancelWanted", "PickupCancelled"), "a driver who need not come; nothing ships"),
    "RouteLeft": "the parcels aboard are handed over one by one; it comes with that",
    **dict.fromkeys(("StopDone", "StopFailed"), "the driver's word; what it means is said by the parcels' milestones"),
    "RouteEnded": "what a route cost; nothing happened to an order",
    "FulfilmentAsked": "the question; the site's answer is the step",
    "Scanned": "the carrier's message as it came; the milestone is what it means",
    "ScanParked": "a message that concerns no parcel yet; a person looks at it",
    "EtaChanged": "a new expectation; nothing happened to the parcel",
    "MilestoneReached:label_made": "the carrier repeats what the label says",
    "MilestoneReached:handed_over": "the carrier repeats what the hand-over says",
    "MilestoneReached:delivered": "comes with the delivery",
    "OrderDelivered": "comes with the delivery of the last parcel",
}
