"""What must hold at all times (DESIGN 7), as far as the database alone can tell: run in tests, after recovery, hourly.

15 (clock), 17 (erased persons) and 20 (who may see what) are tested where they are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from doorstep.storage.invariants.journal import inv_09, inv_10, inv_13, inv_14, inv_16
from doorstep.storage.invariants.orders import inv_05, inv_07, inv_08
from doorstep.storage.invariants.queues import inv_11, inv_18
from doorstep.storage.invariants.shipping import inv_06, inv_12, inv_19
from doorstep.storage.invariants.stock import inv_01, inv_02, inv_03, inv_04
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction

Invariant = Callable[[Transaction], list[str]]

INVARIANTS: Mapping[int, Invariant] = {
    1: inv_01,
    2: inv_02,
    3: inv_03,
    4: inv_04,
    5: inv_05,
    6: inv_06,
    7: inv_07,
    8: inv_08,
    9: inv_09,
    10: inv_10,
    11: inv_11,
    12: inv_12,
    13: inv_13,
    14: inv_14,
    16: inv_16,
    18: inv_18,
    19: inv_19,
}


def check_all(store: Store) -> dict[int, list[str]]:
    """Seal, then judge every invariant on one and the same look at the database. Empty lists are as it must be."""
    store.seal()
    with store.connection() as raw:
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        tx = Transaction(raw, store.clock.now(), "")
        return {number: invariant(tx) for number, invariant in INVARIANTS.items()}
