"""Several parcels of one shipment in one call, as the local carrier takes them: all get their labels, or none does.

POST /v1/shipments   201 made, 200 the same labels again; {"reference", "labels": [as POST /v1/labels each]}
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from doorstep.carriers import local
from doorstep.carriers.local_wire import MADE, parked, read_about, read_no
from doorstep.carriers.port import CarrierSaysNo, LabelAsk, LabelMade, Parked, Reply, Request
from doorstep.carriers.reading import UnreadableError, read_list
from doorstep.carriers.writing import post


def build_together(reference: str, asks: Sequence[LabelAsk]) -> Request:
    """Buy the labels of one shipment. Sent twice with the same references, they are bought once."""
    return post(
        "/v1/shipments",
        {"reference": reference, "labels": [json.loads(local.build_label(ask).body) for ask in asks]},
    )


def read_together(
    reply: Reply, reference: str, asks: Sequence[LabelAsk]
) -> tuple[LabelMade, ...] | CarrierSaysNo | Parked:
    """The labels in the order in which they were asked for; what is not all of them is parked."""
    try:
        if reply.status not in MADE:
            return read_no(reply)
        told = read_list(read_about(reply, reference), "labels")
        if len(told) != len(asks):
            raise UnreadableError(f"{len(told)} labels for {len(asks)} parcels")
        made = []
        for one, ask in zip(told, asks, strict=True):
            found = local.read_label(Reply(reply.status, json.dumps(one).encode()), ask.reference)
            if not isinstance(found, LabelMade):
                raise UnreadableError(f"what stands for {ask.reference} is no label: {found}")
            made.append(found)
        return tuple(made)
    except UnreadableError as problem:
        return parked(reply, problem)
