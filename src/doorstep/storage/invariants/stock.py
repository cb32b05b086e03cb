"""Stock: moves, balances, what is held of them, and for whom."""

from __future__ import annotations

from doorstep.storage.invariants.found import found
from doorstep.storage.transaction import Transaction
from doorstep.terms.places import PlaceKind

# The company's own places have the name of their kind; a carrier's place comes with its first service.
_COMPANY_PLACES = [str(kind) for kind in PlaceKind if not kind.physical and kind is not PlaceKind.CARRIER]

# Each move twice: what it takes from one place and gives to the other, and whether anybody knows that place.
_LEGS = """
    WITH known AS (
        SELECT place_id FROM place
        UNION SELECT unnest(%s::text[])
        UNION SELECT 'carrier/' || carrier_id FROM service
    ), legs AS (
        SELECT transaction, position, move_no, item_id, lot, from_place AS place_id, -quantity AS quantity FROM move
        UNION ALL
        SELECT transaction, position, move_no, item_id, lot, to_place, quantity FROM move
    )
"""


def inv_01(tx: Transaction) -> list[str]:
    """Nothing appears or vanishes: per transaction, item and lot the moves among known places sum to zero.

    A leg that ends at a place nobody knows is missing from the sum. The balances of all places sum to zero as well.
    """
    return [
        *found(
            tx,
            "In {transaction} {item_id} {lot} changes by {change} units in sum over all places.",
            _LEGS + "SELECT transaction, item_id, lot, sum(quantity) AS change FROM legs JOIN known USING (place_id) "
            "GROUP BY transaction, item_id, lot HAVING sum(quantity) <> 0 ORDER BY transaction, item_id",
            _COMPANY_PLACES,
        ),
        *found(
            tx,
            "Move {transaction}/{position}/{move_no} of {item_id} has an end at {place_id}, a place nobody knows.",
            _LEGS + "SELECT legs.* FROM legs WHERE place_id NOT IN (SELECT place_id FROM known) "
            "ORDER BY transaction, position, move_no",
            _COMPANY_PLACES,
        ),
        *found(
            tx,
            "All places together have {total} units of {item_id} {lot}; what came in and went out must balance.",
            "SELECT item_id, lot, sum(on_hand) AS total FROM balance GROUP BY item_id, lot HAVING sum(on_hand) <> 0 "
            "ORDER BY item_id, lot",
        ),
    ]


def inv_02(tx: Transaction) -> list[str]:
    """Every balance is the fold of its moves, every pool the sum of its site's bins, no physical place below zero."""
    return [
        *found(
            tx,
            "{place_id} has {on_hand} of {item_id} {lot}, and its moves make {moved}.",
            "WITH moved AS (SELECT place_id, item_id, lot, sum(quantity) AS quantity FROM ("
            "  SELECT to_place AS place_id, item_id, lot, quantity FROM move"
            "  UNION ALL SELECT from_place, item_id, lot, -quantity FROM move) legs GROUP BY place_id, item_id, lot) "
            "SELECT place_id, item_id, lot, coalesce(on_hand, 0) AS on_hand, coalesce(quantity, 0) AS moved "
            "FROM balance FULL JOIN moved USING (place_id, item_id, lot) "
            "WHERE coalesce(on_hand, 0) <> coalesce(quantity, 0) ORDER BY place_id, item_id, lot",
        ),
        *found(
            tx,
            "The pool of {site_id} has {on_hand} of {item_id} {lot}, and its bins have {binned}.",
            "WITH sited AS (SELECT split_part(place_id, '/', 1) AS site_id, b.* FROM balance b WHERE physical), "
            "bins AS (SELECT site_id, item_id, lot, sum(on_hand) AS binned FROM sited "
            "  WHERE place_id NOT IN (site_id || '/pack', site_id || '/dock') GROUP BY site_id, item_id, lot) "
            "SELECT site_id, item_id, lot, coalesce(on_hand, 0) AS on_hand, coalesce(binned, 0) AS binned "
            "FROM pool FULL JOIN bins USING (site_id, item_id, lot) "
            "WHERE coalesce(on_hand, 0) <> coalesce(binned, 0) ORDER BY site_id, item_id, lot",
        ),
        *found(
            tx,
            "{place_id} has {on_hand} of {item_id} {lot}: nobody can count that.",
            "SELECT b.* FROM balance b LEFT JOIN place p USING (place_id) "
            "WHERE on_hand < 0 AND (physical OR p.kind IN ('bin', 'pack', 'dock')) ORDER BY place_id, item_id, lot",
        ),
    ]


def inv_03(tx: Transaction) -> list[str]:
    """Nobody holds what is not there: held <= on hand in bins and pools, held <= what an inbound still brings."""
    return [
        *found(
            tx,
            "{place_id} has {on_hand} of {item_id} {lot}, and {held} are held.",
            "SELECT * FROM balance WHERE physical AND (held < 0 OR held > on_hand) ORDER BY place_id, item_id, lot",
        ),
        *found(
            tx,
            "The pool of {site_id} has {on_hand} of {item_id} {lot}, and {held} are held.",
            "SELECT * FROM pool WHERE held < 0 OR held > on_hand ORDER BY site_id, item_id, lot",
        ),
        *found(
            tx,
            "Of inbound {inbound_id} {coming} are still to come, and {held} are held.",
            "SELECT inbound_id, held, greatest(expected - received, 0) AS coming FROM inbound "
            "WHERE held < 0 OR held > greatest(expected - received, 0) ORDER BY inbound_id",
        ),
    ]


def inv_04(tx: Transaction) -> list[str]:
    """Active holds add up to what is held: of each pool, bin and inbound, and for each item of each order line."""
    return [
        *found(
            tx,
            "The pool of {site_id} says {held} of {item_id} {lot} are held; the active holds say {kept}.",
            "WITH kept AS (SELECT site_id, item_id, lot, sum(quantity) AS kept FROM hold "
            "  WHERE state = 'active' AND inbound_id = '' GROUP BY site_id, item_id, lot) "
            "SELECT site_id, item_id, lot, coalesce(held, 0) AS held, coalesce(kept, 0) AS kept "
            "FROM pool FULL JOIN kept USING (site_id, item_id, lot) "
            "WHERE coalesce(held, 0) <> coalesce(kept, 0) ORDER BY site_id, item_id, lot",
        ),
        *found(
            tx,
            "{place_id} says {held} of {item_id} {lot} are held; the active holds say {kept}.",
            "WITH kept AS (SELECT place_id, item_id, lot, sum(quantity) AS kept FROM hold "
            "  WHERE state = 'active' AND inbound_id = '' AND place_id <> '' GROUP BY place_id, item_id, lot) "
            "SELECT place_id, item_id, lot, coalesce(held, 0) AS held, coalesce(kept, 0) AS kept "
            "FROM balance FULL JOIN kept USING (place_id, item_id, lot) "
            "WHERE coalesce(held, 0) <> coalesce(kept, 0) ORDER BY place_id, item_id, lot",
        ),
        *found(
            tx,
            "Inbound {inbound_id} says {held} are held; the active holds say {kept}.",
            "WITH kept AS (SELECT inbound_id, item_id, sum(quantity) AS kept FROM hold "
            "  WHERE state = 'active' AND inbound_id <> '' GROUP BY inbound_id, item_id) "
            "SELECT inbound_id, coalesce(held, 0) AS held, coalesce(kept, 0) AS kept "
            "FROM inbound FULL JOIN kept USING (inbound_id, item_id) "
            "WHERE coalesce(held, 0) <> coalesce(kept, 0) ORDER BY inbound_id",
        ),
        *found(
            tx,
            "Line {line_no} of {order_id} says {held} of {item_id} are held for it; the active holds say {kept}.",
            "WITH kept AS (SELECT order_id, line_no, item_id, sum(quantity) AS kept FROM hold "
            "  WHERE state = 'active' GROUP BY order_id, line_no, item_id) "
            "SELECT order_id, line_no, item_id, coalesce(held, 0) AS held, coalesce(kept, 0) AS kept "
            "FROM demand FULL JOIN kept USING (order_id, line_no, item_id) "
            "WHERE coalesce(held, 0) <> coalesce(kept, 0) ORDER BY order_id, line_no, item_id",
        ),
    ]
