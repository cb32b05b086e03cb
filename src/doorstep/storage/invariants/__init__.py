"""What must hold at all times (DESIGN 7), as far as the database alone can tell: run in tests, after recovery, hourly.

15 (clock), 17 (erased persons) and 20 (who may see what) are tested where they are kept.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping

from psycopg import sql

from doorstep.storage.invariants.beside import judging_beside
from doorstep.storage.invariants.journal import inv_09, inv_10, inv_13, inv_14, inv_16
from doorstep.storage.invariants.orders import inv_05, inv_07, inv_08
from doorstep.storage.invariants.queues import inv_11, inv_18
from doorstep.storage.invariants.shipping import inv_06, inv_12, inv_19
from doorstep.storage.invariants.stock import inv_01, inv_02, inv_03, inv_04
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import FalseClock, read_stamp
from doorstep.terms.ids import Ids

Invariant = Callable[[Transaction], list[str]]

MANY_FACTS = 20_000  # from here on it is worth a process of its own
BESIDE = (8, 9)  # about half of the work: the rebuild (10) is the other

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
    """Seal, then judge every invariant on one and the same look at the database. Empty lists are as it must be.

    Of a long journal a process beside this one judges a part, on the same look.
    """
    store.seal()
    with store.connection() as raw:
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        tx = Transaction(raw, store.clock.now(), "")
        facts = raw.execute("SELECT coalesce(max(seq), 0) FROM sealed").fetchone()
        if facts is None or facts[0] < MANY_FACTS:
            return _judged(tx, INVARIANTS)
        with judging_beside(store, raw, tx.now, BESIDE) as beside:
            here = _judged(tx, [number for number in INVARIANTS if number not in BESIDE])
            found = here | beside()
        return {number: found[number] for number in INVARIANTS}


def _judged(tx: Transaction, numbers: Iterable[int]) -> dict[int, list[str]]:
    return {number: INVARIANTS[number](tx) for number in numbers}


def judge_for_another() -> None:
    """What the process beside does: reads from its input what to judge and on which look, and writes what it found."""
    asked = json.load(sys.stdin)
    now = read_stamp(asked["now"])
    clock = FalseClock(now)
    store = Store(asked["url"], clock, Ids.seeded(clock, 0), pool_size=1)
    try:
        with store.connection() as raw:
            raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            raw.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(asked["look"]))
            json.dump(_judged(Transaction(raw, now, ""), asked["numbers"]), sys.stdout)
    finally:
        store.close()
