"""Parcels: what is in them, their labels, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from doorstep.storage.invariants.found import MOST, found
from doorstep.storage.transaction import Transaction


def inv_06(tx: Transaction) -> list[str]:
    """A parcel holds exactly what was picked into it, and a unit known by its serial is in one place."""
    return [*_benches(tx), *_docks(tx), *_serials(tx)]


def _benches(tx: Transaction) -> list[str]:
    return [
        *found(
            tx,
            "Line {line_no} of {fulfilment_id} says {packed} of {item_id} are packed; its parcels hold {inside}.",
            "WITH inside AS (SELECT p.fulfilment_id, c.line_no, c.item_id, sum(c.quantity) AS inside FROM parcel p "
            "  JOIN parcel_content c USING (sscc) WHERE p.state <> 'unpacked' GROUP BY 1, 2, 3) "
            "SELECT fulfilment_id, line_no, item_id, coalesce(packed, 0) AS packed, coalesce(inside, 0) AS inside "
            "FROM fulfilment_line FULL JOIN inside USING (fulfilment_id, line_no, item_id) "
            "WHERE coalesce(packed, 0) <> coalesce(inside, 0) ORDER BY fulfilment_id, line_no, item_id",
        ),
        *found(
            tx,
            "Line {line_no} of {fulfilment_id} says {picked} of {item_id} are picked, {packed} of them packed; "
            "{lying} lie on the bench.",
            "WITH lying AS (SELECT fulfilment_id, line_no, item_id, sum(quantity) AS lying FROM bench "
            "  GROUP BY fulfilment_id, line_no, item_id) "
            "SELECT fulfilment_id, line_no, item_id, coalesce(picked, 0) AS picked, coalesce(packed, 0) AS packed, "
            "coalesce(lying, 0) AS lying "
            "FROM fulfilment_line FULL JOIN lying USING (fulfilment_id, line_no, item_id) "
            "WHERE coalesce(lying, 0) + coalesce(packed, 0) <> coalesce(picked, 0) "
            "ORDER BY fulfilment_id, line_no, item_id",
        ),
    ]


def _docks(tx: Transaction) -> list[str]:
    stands = (
        ("pack", "SELECT f.site_id, b.item_id, b.lot, b.quantity FROM bench b JOIN fulfilment f USING (fulfilment_id)"),
        (
            "dock",
            "SELECT p.site_id, c.item_id, c.lot, c.quantity FROM parcel p JOIN parcel_content c USING (sscc) "
            "WHERE p.state = 'packed'",
        ),
    )
    return [
        violation
        for kind, standing in stands
        for violation in found(
            tx,
            "{place_id} has {on_hand} of {item_id} {lot}, and {known} are known to stand there for an order.",
            f"WITH known AS (SELECT s.site_id || '/{kind}' AS place_id, s.item_id, s.lot, sum(s.quantity) AS known "
            f"  FROM ({standing}) s GROUP BY 1, 2, 3), "
            f"here AS (SELECT b.* FROM balance b JOIN place p ON p.place_id = b.place_id AND p.kind = '{kind}') "
            "SELECT place_id, item_id, lot, coalesce(on_hand, 0) AS on_hand, coalesce(known, 0) AS known "
            "FROM here FULL JOIN known USING (place_id, item_id, lot) "
            "WHERE coalesce(on_hand, 0) <> coalesce(known, 0) ORDER BY place_id, item_id, lot",
        )
    ]


def _serials(tx: Transaction) -> list[str]:
    return [
        *found(
            tx,
            "{place_id} has {on_hand} of {item_id} {lot}, and {units} of them are known by their serials.",
            "WITH units AS (SELECT place_id, item_id, lot, count(*) AS units FROM unit JOIN place USING (place_id) "
            "  WHERE place.kind IN ('bin', 'pack', 'dock') GROUP BY 1, 2, 3), "
            "tracked AS (SELECT b.* FROM balance b JOIN item i ON i.item_id = b.item_id AND i.tracking = 'serial' "
            "  WHERE b.physical) "
            "SELECT place_id, item_id, lot, coalesce(on_hand, 0) AS on_hand, coalesce(units, 0) AS units "
            "FROM tracked FULL JOIN units USING (place_id, item_id, lot) "
            "WHERE coalesce(on_hand, 0) <> coalesce(units, 0) ORDER BY place_id, item_id, lot",
        ),
        *found(
            tx,
            "Parcel {sscc} holds {quantity} of {item_id}, and {serials} serials are written on it.",
            "SELECT sscc, c.item_id, quantity, jsonb_array_length(serials) AS serials FROM parcel_content c "
            "JOIN item i ON i.item_id = c.item_id AND i.tracking = 'serial' "
            "WHERE jsonb_array_length(serials) <> quantity ORDER BY sscc, content_no",
        ),
        *found(
            tx,
            "Serial {serial} of {item_id} is in parcel {sscc} at {dock}, and the books have it at {place_id}.",
            "SELECT p.sscc, c.item_id, s.serial, p.site_id || '/dock' AS dock, coalesce(u.place_id, 'no place') "
            "AS place_id FROM parcel p JOIN parcel_content c USING (sscc) "
            "CROSS JOIN LATERAL jsonb_array_elements_text(c.serials) AS s (serial) "
            "LEFT JOIN unit u ON u.item_id = c.item_id AND u.serial = s.serial WHERE p.state = 'packed' "
            "AND (u.place_id, u.fulfilment_id) IS DISTINCT FROM (p.site_id || '/dock', p.fulfilment_id) "
            "ORDER BY p.sscc, s.serial",
        ),
        *found(
            tx,
            "Serial {serial} of {item_id} is in {parcels} parcels at once.",
            "SELECT c.item_id, s.serial, count(*) AS parcels FROM parcel p JOIN parcel_content c USING (sscc), "
            "LATERAL jsonb_array_elements_text(c.serials) AS s (serial) WHERE p.state IN ('packed', 'handed_over') "
            "GROUP BY c.item_id, s.serial HAVING count(*) > 1 ORDER BY c.item_id, s.serial",
        ),
    ]


def inv_12(tx: Transaction) -> list[str]:
    """A parcel has one live label at most; a label that was bought has its cost, and its document or a run for it."""
    return [
        *found(
            tx,
            "Parcel {sscc} has {labels} live labels.",
            "SELECT sscc, count(*) AS labels FROM label WHERE state IN ('requested', 'bought', 'void_requested') "
            "GROUP BY sscc HAVING count(*) > 1 ORDER BY sscc",
        ),
        *found(
            tx,
            "Label {label_id} of parcel {sscc} was bought without {missing}.",
            "SELECT l.label_id, l.sscc, CASE WHEN d.digest IS NULL THEN 'its document' ELSE 'its cost' END AS missing "
            "FROM label l LEFT JOIN document d ON d.digest = l.document "
            "LEFT JOIN cost_entry c ON c.source = l.label_id AND c.cost_kind = 'freight' "
            "AND c.amount_minor = l.cost_minor AND c.currency = l.currency "
            # What is to be voided may never have been bought: then it has no number.
            "WHERE (l.state = 'bought' OR (l.state = 'void_requested' AND l.tracking_number <> '')) "
            "AND (c.source IS NULL OR (d.digest IS NULL AND NOT (l.document = '' AND EXISTS "
            "(SELECT FROM due WHERE verb = 'fetch_document' AND key = l.label_id)))) "
            "ORDER BY l.label_id",
        ),
    ]


def inv_19(tx: Transaction) -> list[str]:
    """What is packed can be: no lighter than its contents, no unit too many, each inside its carton and in no other."""
    return [
        *found(
            tx,
            "Parcel {sscc} weighs {weight_g} g, and what is known to be in it {known_g} g.",
            "SELECT sscc, weight_g, sum(c.quantity * (i.item->>'weight_g')::bigint) AS known_g "
            "FROM parcel p JOIN parcel_content c USING (sscc) JOIN item i USING (item_id) WHERE p.state <> 'unpacked' "
            "GROUP BY sscc, weight_g HAVING sum(c.quantity * (i.item->>'weight_g')::bigint) > weight_g ORDER BY sscc",
        ),
        *found(
            tx,
            "Parcels of {fulfilment_id} hold {inside} of {item_id} for line {line_no}, which has {quantity}.",
            "SELECT p.fulfilment_id, c.line_no, c.item_id, coalesce(l.quantity, 0) AS quantity, "
            "sum(c.quantity) AS inside FROM parcel p JOIN parcel_content c USING (sscc) "
            "LEFT JOIN fulfilment_line l USING (fulfilment_id, line_no, item_id) WHERE p.state <> 'unpacked' "
            "GROUP BY 1, 2, 3, l.quantity HAVING sum(c.quantity) > coalesce(l.quantity, 0) "
            "ORDER BY p.fulfilment_id, c.line_no, c.item_id",
        ),
        *_badly_placed(tx),
    ]


_BATCH = 2_000


def _badly_placed(tx: Transaction) -> list[str]:
    """Parcels with placements: one for each unit, all inside, none inside another.

    A unit that ships as it is has a carton of its own, `own:` and its name, as large as the parcel.
    """
    said: list[str] = []
    for parcel in _placed(tx):
        if parcel.inner is None:
            said.append(f"Parcel {parcel.sscc} is packed in {parcel.carton_id!r}, a carton nobody knows.")
            continue
        if len(parcel.placements) != parcel.units:
            said.append(f"Parcel {parcel.sscc} holds {parcel.units} units and places {len(parcel.placements)}.")
        boxes = sorted(_box(placement) for placement in parcel.placements)
        if any(low < 0 or high > room for box in boxes for (low, high), room in zip(box, parcel.inner, strict=True)):
            said.append(f"Parcel {parcel.sscc} has a unit that sticks out of its carton.")
        if _any_overlap(boxes):
            said.append(f"Parcel {parcel.sscc} has a unit inside another.")
        if len(said) >= MOST:
            break
    return said


def _placed(tx: Transaction) -> Iterator[Any]:
    """Batch by batch: the placements of all parcels that ever left fill more than a company's memory."""
    after = ""
    while rows := tx.rows(
        "SELECT p.sscc, p.carton_id, p.placements, coalesce(k.carton->'inner', "
        "  CASE WHEN p.carton_id ~ '^(own:|$)' "
        "  THEN jsonb_build_array(p.length_mm, p.width_mm, p.height_mm) END) AS inner, "
        "(SELECT sum(c.quantity)::bigint FROM parcel_content c WHERE c.sscc = p.sscc) AS units "
        "FROM parcel p LEFT JOIN carton k USING (carton_id) "
        "WHERE p.sscc > %s AND p.state <> 'unpacked' AND jsonb_array_length(p.placements) > 0 "
        "ORDER BY p.sscc LIMIT %s",
        after,
        _BATCH,
    ):
        yield from rows
        after = rows[-1].sscc


Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def _box(placement: Any) -> Box:
    """From and to, in each direction."""
    length, width, height = placement["size"]
    x, y, z = placement["x_mm"], placement["y_mm"], placement["z_mm"]
    return (x, x + length), (y, y + width), (z, z + height)


def _any_overlap(boxes: list[Box]) -> bool:
    """Whether any two share room; the boxes are sorted, so that the first direction ends the search early."""
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            if other[0][0] >= one[0][1]:
                break
            if all(a[0] < b[1] and b[0] < a[1] for a, b in zip(one, other, strict=True)):
                return True
    return False
