"""What is stuck and needs a person: labels a carrier refused, messages nobody understood, runs that keep failing."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.flow.collect import missing_pickups
from doorstep.flow.office import Office
from doorstep.storage.queries import collection, fleet, legal
from doorstep.storage.verbs import REQUEST_LABELS


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is stuck: its kind, which object, what is wrong, what to do."""

    kind: str
    object_id: str
    says: str
    mend: str


def troubles(office: Office) -> tuple[Trouble, ...]:
    """Everything that is stuck now, oldest first within its kind."""
    with office.store.reading() as tx:
        labels = tx.rows(
            "SELECT label_id, sscc, says FROM label l WHERE state = 'failed' AND NOT EXISTS (SELECT FROM label n "
            "WHERE n.sscc = l.sscc AND n.label_id > l.label_id) ORDER BY label_id"
        )
        kept = tx.rows("SELECT sscc, says FROM label WHERE state = 'bought' AND says <> '' ORDER BY label_id")
        stopped = legal.forbidden(tx)
        missing = missing_pickups(tx)
        left = [(row, stop) for row in fleet.days_with_stops_left(tx) for stop in row.unplaced]
        refused = collection.refused_lately(tx)
        scans = tx.rows("SELECT carrier_id, message_id, parked FROM scan WHERE parked <> '' ORDER BY 1, 2")
        runs = tx.rows("SELECT verb, key, trouble, attempts FROM due WHERE trouble <> '' ORDER BY due_id")
        told = {(REQUEST_LABELS, row.fulfilment_id) for row in stopped}
        waiting = tx.rows(
            "SELECT d.order_id, d.item_id, d.waiting FROM demand d JOIN orders o USING (order_id) "
            "WHERE d.waiting > 0 AND o.state = 'open' AND o.cleared_at IS NOT NULL ORDER BY o.placed_at, d.order_id"
        )
    return (
        *(
            Trouble("label", row.sscc, row.says, "mend the address or the parcel, then `doorstep label` again")
            for row in labels
        ),
        *(
            Trouble(
                "label", row.sscc, f"not taken back: {row.says}", "stop the parcel, or ask the carrier to redirect it"
            )
            for row in kept
        ),
        *(Trouble("may not ship", row.fulfilment_id, row.says, row.what_to_do) for row in stopped),
        *(
            Trouble(
                "pickup",
                f"{each.site_id}/{each.carrier_id}",
                f"nobody comes for {each.parcels} parcels: {each.says}",
                f"`doorstep pickup book {each.site_id} {each.carrier_id}`, or telephone",
            )
            for each in missing
        ),
        *(Trouble("manifest", row.manifest_id, row.says, "hand over with the printed list") for row in refused),
        *(
            Trouble("route", stop["stop_id"], stop["says"], f"mend it, then `doorstep routes plan {row.site_id}` again")
            for row, stop in left
        ),
        *(
            Trouble("scan", f"{row.carrier_id}/{row.message_id}", row.parked, "read the message, tell the carrier")
            for row in scans
        ),
        *(
            Trouble("run", f"{row.verb} {row.key}", f"{row.trouble} (tried {row.attempts} times)", "it is tried again")
            for row in runs
            if (row.verb, row.key) not in told
        ),
        *(
            Trouble("stock", row.order_id, f"waits for {row.waiting} {row.item_id}", "receive, count or buy")
            for row in waiting
        ),
    )
