"""Many hands at once on a real database: nothing is sold twice, and nobody sees an error for it."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from doorstep.flow.change import cancel_order
from doorstep.flow.count import count_bin
from doorstep.flow.office import Office
from doorstep.flow.pick import PickDone, confirm_pick
from doorstep.flow.place import Placed, clear_order, expire_holds, place_order
from doorstep.flow.plan import plan_open_orders
from doorstep.flow.release import release_wave
from doorstep.flow.track import take_scan
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal
from tests.corner_shop import CLERK, MONDAY, PICKER, Shop, all_is_well, in_threads, open_shop, order

PROCESSES, THREADS, BUYERS_EACH = 8, 5, 25  # 200 buyers


def buyers_of_one_process(url: str, process: int) -> list[str]:
    """What each of the buyers of one process was told: `won`, a refusal's code, or the error that reached him."""
    clock = FalseClock(MONDAY)
    store = Store(url, clock, Ids.secret(clock), pool_size=THREADS)
    office, mug = Office(store), order(("MUG", 1))
    keys = [f"buyer-{process}-{number}" for number in range(BUYERS_EACH)]
    with ThreadPoolExecutor(THREADS) as pool:
        buying = [pool.submit(place_order, office, CLERK, mug, key) for key in keys]
    store.close()
    return [repr(told.exception()) if told.exception() else outcome(told.result()) for told in buying]


def outcome(told: object) -> str:
    if isinstance(told, Refusal):
        return told.code
    return "won" if isinstance(told, Placed) else type(told).__name__


def test_of_200_buyers_in_8_processes_exactly_10_get_the_10_units_and_none_gets_an_error(
    shop_url: str, clock: FalseClock
) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.corner_shop", "doorstep.flow.change"])
    with ProcessPoolExecutor(PROCESSES, mp_context=processes) as pool:
        running = [pool.submit(buyers_of_one_process, shop_url, process) for process in range(PROCESSES)]
        told = Counter(one for process in running for one in process.result())
    assert told == {"won": 10, "out_of_stock": 190}
    with open_shop(shop_url, clock) as shop:
        assert shop.free("MUG") == 0
        assert shop.one("SELECT count(*) FROM orders") == 10
        all_is_well(shop.store)


Step = Callable[[], object]


def at_once(*steps: Sequence[Step]) -> list[object]:
    """What steps of several kinds told, taken in turns from each kind and all started together."""
    longest = max(len(kind) for kind in steps)
    return in_threads([kind[turn] for turn in range(longest) for kind in steps if turn < len(kind)])


def outcomes(told: Sequence[object]) -> Counter[str]:
    return Counter(map(outcome, told))


def test_kits_and_lines_that_share_stock_sell_every_unit_once(shop: Shop) -> None:
    kits = [partial(place_order, shop.office, CLERK, order(("TEA-FOR-TWO", 1)), f"kit-{n}") for n in range(8)]
    pairs = [partial(place_order, shop.office, CLERK, order(("MUG", 1), ("MUG", 1)), f"pair-{n}") for n in range(8)]
    told = at_once(kits, pairs)
    assert outcomes(told) == {"won": 5, "out_of_stock": 11}
    assert shop.free("MUG") == 0


def test_one_key_from_8_threads_places_one_order_and_gives_one_answer(shop: Shop) -> None:
    told = in_threads([partial(place_order, shop.office, CLERK, order(("MUG", 2)), "web-1")] * 8)
    assert isinstance(told[0], Placed)
    assert told == [told[0]] * 8
    assert shop.free("MUG") == 8


def test_one_key_with_two_bodies_places_one_of_them(shop: Shop) -> None:
    told = in_threads([partial(place_order, shop.office, CLERK, order(("MUG", n % 2 + 1)), "web-1") for n in range(8)])
    assert outcomes(told) == {"won": 4, "key_reused": 4}
    assert shop.one("SELECT count(*) FROM orders") == 1


def test_an_order_cleared_as_its_time_runs_out_is_shipped_either_way(shop: Shop) -> None:
    placed = [shop.place(("MUG", 1), cleared=False).order_id for _ in range(6)]
    shop.clock.advance(timedelta(days=1))
    clear = [partial(clear_order, shop.office, CLERK, o) for o in placed]
    expire = [partial(expire_holds, shop.office, o) for o in placed]
    at_once(clear, expire)
    shop.settle()
    assert all(shop.demand(order_id) == [("MUG", 1, 0, 1, 0, 0)] for order_id in placed)
    assert all(shop.fulfilments(order_id) == ["planned"] for order_id in placed)


def test_an_order_cancelled_as_its_time_runs_out_lets_go_of_its_stock_once(shop: Shop) -> None:
    placed = [shop.place(("MUG", 1), cleared=False).order_id for _ in range(6)]
    shop.clock.advance(timedelta(days=1))
    cancel = [partial(cancel_order, shop.office, CLERK, o, f"cancel-{o}") for o in placed]
    expire = [partial(expire_holds, shop.office, o) for o in placed]
    at_once(cancel, expire)
    shop.settle()
    assert shop.free("MUG") == 10
    assert {row.state for row in shop.rows("SELECT state FROM orders")} == {"cancelled"}


def test_one_task_confirmed_by_many_is_picked_once(shop: Shop) -> None:
    shop.place(("MUG", 2))
    shop.settle()
    shop.release()
    (task,) = shop.tasks()
    told = in_threads([partial(confirm_pick, shop.office, PICKER, task.task_id, 2, f"pick-{n}") for n in range(6)])
    assert outcomes(told) == {PickDone.__name__: 1, "wrong_state": 5}
    assert shop.on_hand("CS/pack", "MUG") == 2


def test_a_pick_and_a_count_of_the_same_bin_at_once_agree_on_what_is_left(shop: Shop) -> None:
    for _ in range(5):
        shop.place(("MUG", 1), ("MUG", 1))
    shop.settle()
    shop.release()
    picks = [partial(confirm_pick, shop.office, PICKER, t.task_id, 1, f"p-{t.task_id}") for t in shop.tasks()]
    count = partial(count_bin, shop.office, CLERK, "CS/A-01", "MUG", 4, "count-1")
    told = at_once(picks, [count])
    picked = outcomes(told)[PickDone.__name__]
    shop.settle()
    assert shop.on_hand("CS/pack", "MUG") == picked
    assert shop.on_hand("CS/A-01", "MUG") <= 4


def test_waves_released_at_once_give_every_unit_one_task(shop: Shop) -> None:
    for _ in range(8):
        shop.place(("MUG", 1))
    shop.settle()
    in_threads([partial(release_wave, shop.office, CLERK, "CS", at_most=3)] * 4)
    shop.release()
    assert len(shop.tasks()) == 8
    assert len({task.fulfilment_id for task in shop.tasks()}) == 8


def test_planning_and_selling_at_once_hold_nothing_twice(shop: Shop) -> None:
    for _ in range(3):
        shop.place(("MUG", 2))
    sell = [partial(place_order, shop.office, CLERK, order(("MUG", 1)), f"web-{n}") for n in range(6)]
    plan = [partial(plan_open_orders, shop.office)] * 3
    told = at_once(sell, plan)
    assert outcomes(told)["won"] == 4
    shop.settle()
    assert shop.free("MUG") == 0


def test_one_message_taken_by_many_is_applied_once(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1))
    shop.later(hours=30)
    raw = shop.message(shop.parcels(placed.order_id)[0], "DL", shop.clock.now())
    told = in_threads([partial(take_scan, shop.office, "steady", raw)] * 6)
    assert Counter(one.outcome for one in told) == {"applied": 1, "duplicate": 5}
    assert shop.on_hand("customer", "MUG") == 1
