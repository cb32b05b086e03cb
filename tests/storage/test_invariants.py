"""Every invariant of DESIGN 7 is silent on a right database, and speaks when somebody has been at it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from doorstep.storage import invariants
from doorstep.storage.invariants import INVARIANTS, check_all
from doorstep.storage.invariants.beside import JudgeFailedError
from doorstep.storage.invariants.journal import inv_14
from doorstep.storage.invariants.queues import inv_18
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from tests.conftest import MONDAY
from tests.storage.shop import NOON, a_morning, stock_up, tamper

ALL_RIGHT: dict[int, list[str]] = {number: [] for number in INVARIANTS}


def test_a_right_morning_breaks_no_invariant(store: Store) -> None:
    a_morning(store)
    assert check_all(store) == ALL_RIGHT
    with store.reading() as tx:
        assert tx.rows("SELECT * FROM unsealed") == [], "judging seals first"


def test_an_empty_database_breaks_no_invariant(store: Store) -> None:
    assert check_all(store) == ALL_RIGHT


def test_what_is_wrong_is_told_under_its_number_and_the_rest_stays_silent(store: Store) -> None:
    stock_up(store)
    tamper(store, "UPDATE pool SET on_hand = 11 WHERE item_id = 'MUG'")
    told = check_all(store)
    assert [number for number, violations in told.items() if violations] == [2, 10]
    assert told[2] == ["The pool of CS has 11 of MUG , and its bins have 10."]


def test_a_long_journal_is_judged_by_two_processes_on_one_look(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "MANY_FACTS", 1)
    a_morning(store)
    assert check_all(store) == ALL_RIGHT
    tamper(store, "UPDATE pool SET on_hand = on_hand + 1 WHERE item_id = 'MUG'")
    tamper(store, "UPDATE sealed SET chain = '\\x00' WHERE seq = 2")
    told = check_all(store)
    assert list(told) == list(INVARIANTS)
    assert [number for number, violations in told.items() if violations] == [2, 9, 10]


def test_a_process_beside_that_fails_leaves_nothing_unjudged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "MANY_FACTS", 1)
    monkeypatch.setattr(invariants, "BESIDE", (9, 4711))
    a_morning(store)
    with pytest.raises(JudgeFailedError, match="KeyError: 4711"):
        check_all(store)


UNGUARDED = {
    "balance": "ALTER TABLE balance DROP CONSTRAINT held_within_on_hand",
    "pool": "ALTER TABLE pool DROP CONSTRAINT held_within_pool",
    "inbound": "ALTER TABLE inbound DROP CONSTRAINT held_within_expected",
    "demand": "ALTER TABLE demand DROP CONSTRAINT every_unit_is_somewhere",
    "label": "DROP INDEX one_live_label",
}

# Number of the invariant, what somebody did, words of the sentence that tells it.
PLANTED = [
    (1, "UPDATE move SET to_place = 'CS/attic' WHERE to_place = 'CS/A'", "MUG  changes by -10 units"),
    (1, "UPDATE move SET to_place = 'CS/attic' WHERE to_place = 'CS/A'", "at CS/attic, a place nobody knows"),
    (1, "UPDATE move SET from_place = 'carrier/nobody' WHERE from_place = 'carrier/swift'", "at carrier/nobody"),
    (1, "UPDATE balance SET on_hand = on_hand + 1 WHERE place_id = 'customer' AND item_id = 'MUG'", "1 units of MUG"),
    (2, "UPDATE balance SET on_hand = 7 WHERE place_id = 'CS/A'", "CS/A has 7 of MUG , and its moves make 6"),
    (2, "DELETE FROM balance WHERE place_id = 'CS/B'", "CS/B has 0 of TEA L1, and its moves make 5"),
    (2, "DELETE FROM move WHERE to_place = 'CS/A'", "CS/A has 6 of MUG , and its moves make -4"),
    (2, "UPDATE pool SET on_hand = 9 WHERE item_id = 'TEA'", "pool of CS has 9 of TEA L1, and its bins have 5"),
    (2, f"{UNGUARDED['balance']}; UPDATE balance SET on_hand = -1 WHERE place_id = 'CS/A'", "CS/A has -1 of MUG"),
    (3, f"{UNGUARDED['balance']}; UPDATE balance SET held = 6 WHERE item_id = 'TEA'", "CS/B has 5 of TEA L1, and 6"),
    (3, f"{UNGUARDED['pool']}; UPDATE pool SET held = 7 WHERE item_id = 'MUG'", "pool of CS has 6 of MUG , and 7 are"),
    (3, f"{UNGUARDED['inbound']}; UPDATE inbound SET received = 5", "Of inbound inbound-1 1 are still to come, and 2"),
    (4, "UPDATE pool SET held = 1 WHERE item_id = 'MUG'", "pool of CS says 1 of MUG  are held; the active holds say 2"),
    (4, "UPDATE balance SET held = 0 WHERE item_id = 'TEA'", "CS/B says 0 of TEA L1 are held; the active holds say 2"),
    (4, "UPDATE inbound SET held = 3", "Inbound inbound-1 says 3 are held; the active holds say 2"),
    (4, "UPDATE hold SET state = 'voided' WHERE order_id = 'order-4'", "Line 1 of order-4 says 2 of TEA are held"),
    (5, "UPDATE order_line SET cancelled = 1 WHERE order_id = 'order-4'", "order-4 wants 3 of TEA; ordered and not"),
    (5, f"{UNGUARDED['demand']}; UPDATE demand SET waiting = 0", "order-4 wants 3 of TEA, and 2 are somewhere"),
    (5, "DELETE FROM demand WHERE order_id = 'order-2'", "Line 1 of order-2 is known only as an order line"),
    (5, "DELETE FROM order_line WHERE order_id = 'order-2'", "Line 1 of order-2 is known only as demand"),
    (5, "UPDATE orders SET state = 'cancelled' WHERE order_id = 'order-4'", "order-4 is cancelled, and 3 units of its"),
    (5, "UPDATE bench SET quantity = 0 WHERE fulfilment_id = 'order-2-f'", "says 2 of MUG are picked and 0 shipped; 1"),
    (
        5,
        "UPDATE parcel SET state = 'unpacked' WHERE sscc = 'sscc-1'",
        "order-1 says 0 of LAMP are picked and 1 shipped",
    ),
    (5, "DELETE FROM due WHERE verb = 'plan_orders'", "Nobody goes on with line 1 of order-4: 1 of TEA wait"),
    (5, "UPDATE orders SET cleared_at = placed_at", "Nobody goes on with line 1 of order-3: 0 of MUG wait, 2 are held"),
    (5, "UPDATE pick_task SET state = 'cancelled'", "order-4-f is released, has no open pick task, and no settle_"),
    (5, "UPDATE label SET state = 'voided'", "Parcel sscc-2 is packed and has no label, and no request_labels is due"),
    (5, "DELETE FROM due WHERE verb = 'send_label'", "Label label-2 is requested, and no send_label is due for it"),
    (5, "UPDATE label SET state = 'void_requested'", "Label label-1 is void_requested, and no void_label is due"),
    (5, "DELETE FROM due WHERE verb = 'expire_holds'", "Hold order-3-1-pool of order-3 runs out at 2026-03-02 12:00"),
    (
        6,
        "UPDATE parcel_content SET quantity = 3 WHERE sscc = 'sscc-1' AND line_no = 1",
        "2 of MUG are packed; its parcels",
    ),
    (
        6,
        "UPDATE fulfilment_line SET picked = 1 WHERE fulfilment_id = 'order-2-f'",
        "1 of MUG are picked, 1 of them packed",
    ),
    (6, "UPDATE bench SET quantity = 2 WHERE fulfilment_id = 'order-2-f'", "CS/pack has 1 of MUG , and 2 are known"),
    (6, "UPDATE parcel SET state = 'packed' WHERE sscc = 'sscc-1'", "CS/dock has 1 of MUG , and 3 are known to stand"),
    (6, "UPDATE unit SET place_id = 'customer' WHERE serial = 's2'", "CS/B has 1 of LAMP , and 0 of them are known"),
    (6, "UPDATE unit SET place_id = 'CS/A' WHERE serial = 's1'", "CS/A has 0 of LAMP , and 1 of them are known"),
    (6, "UPDATE parcel_content SET serials = '[]' WHERE item_id = 'LAMP'", "sscc-1 holds 1 of LAMP, and 0 serials are"),
    (
        6,
        "UPDATE parcel SET state = 'packed' WHERE sscc = 'sscc-1'",
        "is in parcel sscc-1 at CS/dock, and the books have",
    ),
    (
        6,
        "UPDATE parcel SET state = 'packed'; UPDATE parcel_content SET item_id = 'LAMP', serials = '[\"s1\"]'",
        "Serial s1 of LAMP is in 3 parcels at once",
    ),
    (7, "UPDATE cost_entry SET source = 'sscc-9' WHERE source = 'sscc-1'", "'sscc-9' for order-1 has no such source"),
    (7, "UPDATE cost_entry SET amount_minor = 421 WHERE cost_kind = 'freight'", "The freight of 421 from 'label-1'"),
    (7, "UPDATE cost_entry SET cost_kind = 'gift'", "The gift of 420 from 'label-1'"),
    (7, "UPDATE cost_entry SET amount_minor = -45 WHERE source = 'sscc-1'", "The carton from sscc-1 is -45"),
    (
        7,
        "INSERT INTO cost_entry SELECT source, 'freight refund', order_id, -421, currency, incurred_at FROM cost_entry "
        "WHERE cost_kind = 'freight'",
        "label-1 gives back more than it took: -1 EUR",
    ),
    (8, "UPDATE promise SET revision = 2 WHERE order_id = 'order-1'", "order-1 are 1, their revisions 2 to 2"),
    (8, "UPDATE promise SET caused_by = 'us' WHERE order_id = 'order-1'", "order-1 is revision 1, caused by 'us'"),
    (
        8,
        "UPDATE promise SET last_day = last_day + 1 WHERE order_id = 'order-1'",
        "order-1-promise, line 0, is not what",
    ),
    (8, "DELETE FROM promise WHERE order_id = 'order-2'", "order-2-promise, line 0, is not what was told"),
    (9, "UPDATE journal SET actor = 'bob' WHERE event_id = 5", "Event 5, sealed as 5, is not as it was"),
    (9, "UPDATE journal SET body = jsonb_set(body, '{site_id}', '1.5') WHERE event_id = 2", "Event 2, sealed as 2, is"),
    (9, "UPDATE sealed SET chain = digest WHERE seq = 7", "The chain is broken at 7"),
    (9, "DELETE FROM sealed WHERE seq = 8", "The sealed log goes from 7 to 9"),
    (9, "DELETE FROM sealed WHERE seq = (SELECT max(seq) FROM sealed)", "is neither sealed nor waiting to be"),
    (9, "INSERT INTO unsealed VALUES (3)", "Event 3 is sealed, and waits to be"),
    (9, "DELETE FROM journal WHERE event_id = 4", "Event 4 is sealed and not in the journal"),
    (9, "DELETE FROM touched WHERE object_id = 'order-2-f'", "fulfilment order-2-f as 'for' only by the journal"),
    (
        9,
        "UPDATE touched SET object_id = 'order-8' WHERE object_id = 'order-3'",
        "order order-8 as 'placed' only by the",
    ),
    (
        10,
        "UPDATE orders SET reference = 'free of charge' WHERE order_id = 'order-2'",
        "orders, only live: Row(order_id=",
    ),
    (10, "DELETE FROM milestone", "milestone, only rebuilt: Row(sscc='sscc-1'"),
    (10, "DELETE FROM unsealed; DELETE FROM sealed WHERE event_id <= 30", "The journal cannot be folded"),
    (11, "DELETE FROM message WHERE message_id = 'm1'", "Message m1 of swift is read and was never kept"),
    (11, "DELETE FROM scan WHERE message_id = 'm2'", "Message m2 of swift is kept and was neither applied nor parked"),
    (
        11,
        "UPDATE scan SET parked = '' WHERE message_id = 'm2'",
        "Message m2 of swift is about '', milestone '', parked",
    ),
    (11, "UPDATE scan SET sscc = 'sscc-9' WHERE message_id = 'm1'", "Message m1 of swift is about 'sscc-9'"),
    (12, f"{UNGUARDED['label']}; UPDATE label SET sscc = 'sscc-1'", "Parcel sscc-1 has 2 live labels"),
    (12, "DELETE FROM document", "Label label-1 of parcel sscc-1 was bought without its document"),
    (12, "DELETE FROM cost_entry WHERE cost_kind = 'freight'", "label-1 of parcel sscc-1 was bought without its cost"),
    (13, "UPDATE reply SET request_hash = '\\x00'", "The reply kept under 'web-3' cannot be given again"),
    (13, "UPDATE reply SET answer = '{}'", "The reply kept under 'web-3' cannot be given again"),
    (13, 'UPDATE reply SET answer = \'{"refused": "out_of_stock"}\'', "The reply kept under 'web-3' cannot be given"),
    (14, "DELETE FROM journal WHERE event_id = 12", "is there in part: 3 facts, the last one numbered 3"),
    (16, 'UPDATE journal SET body = \'{"a": [1, 2.0], "b": "3"}\' WHERE event_id = 6', "The body of journal 6 holds"),
    (16, r"""UPDATE reply SET answer = '{"answer": "say \"1.5\"", "x": 1.5}'""", "The answer of reply web-3 holds"),
    (16, "ALTER TABLE pool ADD COLUMN guess double precision", "pool.guess is double precision, which rounds"),
    (
        18,
        "UPDATE due SET leased_until = '2026-03-02 08:00Z' WHERE verb = 'send_label'",
        "send_label label-2 was leased",
    ),
    (18, "UPDATE due SET due_at = '2026-03-02 08:00Z' WHERE verb = 'plan_orders'", "plan_orders order-4 is due since"),
    (
        18,
        "UPDATE hold SET expires_at = '2026-03-02 08:00Z' WHERE hold_id = 'order-3-1-pool'",
        "order-3-1-pool of order-3 ran",
    ),
    (
        19,
        "UPDATE parcel SET weight_g = 1499 WHERE sscc = 'sscc-1'",
        "sscc-1 weighs 1499 g, and what is known to be in it",
    ),
    (
        19,
        "UPDATE fulfilment_line SET quantity = 2, picked = 0, packed = 0; "
        "UPDATE parcel_content SET quantity = 3 WHERE line_no = 1",
        "order-1-f hold 3 of MUG for line 1, which has 2",
    ),
    (19, "UPDATE parcel SET placements = placements - 0", "Parcel sscc-1 holds 3 units and places 2"),
    (
        19,
        "UPDATE parcel SET placements = jsonb_set(placements, '{0,x_mm}', '201')",
        "sscc-2 has a unit that sticks out",
    ),
    (19, "UPDATE parcel SET placements = jsonb_set(placements, '{0,x_mm}', '199')", "sscc-1 has a unit inside another"),
    (19, "UPDATE parcel SET carton_id = 'CRATE'", "Parcel sscc-1 is packed in 'CRATE', a carton nobody knows"),
    (19, "UPDATE parcel SET carton_id = 'own:MUG', width_mm = 99", "sscc-2 has a unit that sticks out of its carton"),
]


@pytest.mark.parametrize(("number", "deed", "words"), PLANTED, ids=[f"{p[0]:02}: {p[2]}" for p in PLANTED])
def test_an_invariant_tells_what_somebody_did_behind_its_back(
    morning: Store, number: int, deed: str, words: str
) -> None:
    with morning.connection() as raw:
        raw.execute(deed.encode())
        told = INVARIANTS[number](Transaction(raw, morning.clock.now(), ""))
    assert any(words in violation for violation in told), told


def test_every_invariant_was_seen_to_fail_once() -> None:
    assert {number for number, _, _ in PLANTED} == set(INVARIANTS)


def test_lost_writes_are_told_from_the_list_of_acknowledged_ones(morning: Store) -> None:
    with morning.reading() as tx:
        assert inv_14(tx, keys=["web-3"], order_ids=["order-1", "order-4"]) == []
        assert inv_14(tx, keys=["web-3", "web-4"], order_ids=["order-1", "order-5"]) == [
            "The reply acknowledged under 'web-4' is lost.",
            "The acknowledged order order-5 is lost.",
        ]


def test_what_is_due_may_wait_as_long_as_patience_lasts(morning: Store) -> None:
    with morning.reading() as tx:
        tx.now = MONDAY + timedelta(minutes=10)
        assert inv_18(tx) == []
        assert len(inv_18(tx, patience=timedelta(minutes=5))) == 2
        tx.now = NOON + timedelta(minutes=16)
        assert sum("ran out" in violation for violation in inv_18(tx)) == 2


def test_a_hold_of_a_cleared_order_does_not_run_out(morning: Store) -> None:
    with morning.connection() as raw:
        raw.execute("UPDATE orders SET cleared_at = placed_at")
        told = inv_18(Transaction(raw, NOON + timedelta(hours=1), ""))
    assert not any("ran out" in violation for violation in told)
