"""A corner shop's morning, fact by fact: what the tests of the storage fill their databases with.

One site CS with bins CS/A and CS/B; mugs (plain), tea (by lot), lamps (by serial), one carton, one service. What they
record is right in every invariant:

order-1  two mugs and a lamp, delivered: the whole way, with label, scan and cost
order-2  two mugs: both picked, one packed with its label asked for, one on the bench
order-3  four mugs, not cleared: two held on hand until noon, two held of an inbound
order-4  three packets of tea: two held and planned at a pick task, one waits to be planned
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from doorstep.events import fulfilment, master, orders, shipping, stock
from doorstep.events.envelope import Body, Fact
from doorstep.events.fulfilment import Content, FulfilmentLine, PickTask
from doorstep.events.orders import OrderedLine, PromisedWindow
from doorstep.events.steps import DEPARTMENT, Step
from doorstep.events.stock import Hold, Move
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import EXPIRE_HOLDS, PLAN_ORDERS, SEND_LABEL
from doorstep.terms.calendar import Calendar
from doorstep.terms.company import Company
from doorstep.terms.goals import ClassGoals, Goals, Weights
from doorstep.terms.item import Item, Part, Tracking
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Carton, Placement, Size
from doorstep.terms.places import PlaceKind
from doorstep.terms.service import CarrierService, Tariff
from tests.conftest import MONDAY

NOON = MONDAY + timedelta(hours=3)
CUBE = Size(100, 100, 100)
MASTER: tuple[Body, ...] = (
    master.CompanyDefined(Company("Corner Shop", "EUR", "4012345")),
    master.GoalsSet(Goals((ClassGoals("trade", wanted_ppm=975_000),), Weights(split_minor=300))),
    master.SiteDefined("CS", "Corner Shop", "DE-101", Calendar("Europe/Berlin"), ""),
    master.PlaceDefined("CS/A", PlaceKind.BIN, "CS"),
    master.PlaceDefined("CS/B", PlaceKind.BIN, "CS"),
    master.ItemDefined(Item("MUG", "a mug", CUBE, 300)),
    master.ItemDefined(Item("TEA", "a packet of tea", tracking=Tracking.LOT)),
    master.ItemDefined(Item("LAMP", "a lamp", CUBE, 900, Tracking.SERIAL)),
    master.CustomerDefined("mia", "person-1", Terms(language="de")),
    master.CartonDefined(Carton("BOX", Size(300, 200, 150), Size(310, 210, 160), 200, 20_000, 45)),
    master.ServiceDefined(CarrierService("swift-day", "swift", "Next day", Tariff("t1", "EUR", (), ()), {}, {})),
)


def fact(body: Body, **envelope: Any) -> Fact:
    envelope = {"occurred_at": MONDAY, "actor": "ann", "department": DEPARTMENT[body.STEP], **envelope}
    return Fact(body, **envelope)


def record(store: Store, *bodies: Body, **envelope: Any) -> None:
    """Record the bodies as the facts of one step."""

    def step(tx: Transaction) -> None:
        tx.record(*(fact(body, **envelope) for body in bodies))

    store.run(step)


def tamper(store: Store, *statements: str) -> None:
    """Change the database behind the back of the journal."""
    with store.connection() as raw:
        for statement in statements:
            raw.execute(statement.encode())
        raw.commit()


def ordered(order_id: str, *lines: tuple[str, int], cleared: bool = True) -> tuple[Body, ...]:
    """An order and its promise for Thursday, of (item, quantity) lines numbered from 1."""
    placed = orders.OrderPlaced(
        order_id=order_id,
        customer_id="mia",
        person_ref="person-1",
        area="DE-104",
        currency="EUR",
        reference="",
        lines=tuple(OrderedLine(no, item, many, (Part(item, 1),)) for no, (item, many) in enumerate(lines, 1)),
        asked_from=None,
        asked_by=None,
        cleared_at=MONDAY if cleared else None,
        terms=Terms(),
    )
    window = PromisedWindow(0, None, date(2026, 3, 5), 950_000)
    promised = orders.OrderPromised(order_id, f"{order_id}-promise", 1, (window,), "test", "", {"legs": [1, 2]})
    return placed, promised


def held(order_id: str, line_no: int, item_id: str, quantity: int, **where: Any) -> Hold:
    stage = "bin" if where.get("place_id") else "pool"
    return Hold(f"{order_id}-{line_no}-{stage}", order_id, line_no, item_id, quantity, "CS", **where)


def planned(order_id: str, *lines: tuple[int, str, int]) -> Body:
    made = fulfilment.Fulfilment(
        f"{order_id}-f", "CS", "swift-day", NOON, NOON, tuple(FulfilmentLine(*line) for line in lines), 500
    )
    return fulfilment.ShipmentPlanned(order_id, (made,), (), 500, 480, ("cheapest",), (), 500)


def released(order_id: str, *moved: tuple[Hold, Hold]) -> tuple[Body, ...]:
    """A wave of one fulfilment order: each hold at the site goes to a bin and gets its task, named after the hold."""
    tasks = tuple(
        PickTask(f"{bin_.hold_id}-task", f"{order_id}-f", order_id, bin_.line_no, bin_.item_id, bin_.quantity,
                 bin_.place_id, bin_.lot, bin_.hold_id)
        for _, bin_ in moved
    )  # fmt: skip
    return (
        stock.HoldsMoved(tuple(pool for pool, _ in moved), tuple(bin_ for _, bin_ in moved)),
        fulfilment.WaveReleased(f"{order_id}-wave", "CS", (f"{order_id}-f",), tasks),
        handed_on(order_id, Step.RELEASE, Step.PICK),
    )


def handed_on(order_id: str, from_step: Step, to_step: Step) -> Body:
    return orders.HandOffMade(order_id, f"{order_id}-f", from_step, to_step, 3600)


def picked(hold: Hold, *serials: str) -> Body:
    move = Move(hold.item_id, hold.quantity, hold.place_id, "CS/pack", hold.lot, serials)
    return fulfilment.Picked(f"{hold.hold_id}-task", f"{hold.order_id}-f", hold.order_id, hold, (move,))


def packed(order_id: str, sscc: str, weight_g: int, *contents: Content) -> Body:
    units = [content for content in contents for _ in range(content.quantity)]
    placements = tuple(Placement(str(unit.line_no), 100 * at, 0, 0, CUBE) for at, unit in enumerate(units))
    return fulfilment.ParcelPacked(
        sscc, f"{order_id}-f", order_id, "CS", "BOX", Size(310, 210, 160), weight_g, contents, placements,
        moves_of(contents, "CS/pack", "CS/dock"), 45, "EUR",
    )  # fmt: skip


def moves_of(contents: tuple[Content, ...], from_place: str, to_place: str) -> tuple[Move, ...]:
    return tuple(Move(c.item_id, c.quantity, from_place, to_place, c.lot, c.serials) for c in contents)


def stock_up(store: Store) -> None:
    """Master data, and goods in the bins: ten mugs, five packets of tea, two lamps; six mugs are to come on Tuesday."""
    record(store, *MASTER)
    record(
        store,
        stock.InboundExpected("inbound-1", "potter", "CS", "MUG", 6, MONDAY + timedelta(days=1)),
        stock.StockReceived("receipt-1", (Move("MUG", 10, "supplier", "CS/A"),)),
        stock.StockReceived("receipt-2", (Move("TEA", 5, "supplier", "CS/B", "L1"),), expires_on=date(2027, 3, 1)),
        stock.StockReceived("receipt-3", (Move("LAMP", 2, "supplier", "CS/B", serials=("s1", "s2")),)),
    )


def _deliver_order_1(store: Store) -> None:
    pools = (held("order-1", 1, "MUG", 2), held("order-1", 2, "LAMP", 1))
    bins = (held("order-1", 1, "MUG", 2, place_id="CS/A"), held("order-1", 2, "LAMP", 1, place_id="CS/B"))
    contents = (Content(1, "MUG", 2), Content(2, "LAMP", 1, serials=("s1",)))
    about = ("sscc-1", "order-1-f", "order-1")
    record(store, *ordered("order-1", ("MUG", 2), ("LAMP", 1)), stock.StockHeld(pools))
    record(store, planned("order-1", (1, "MUG", 2), (2, "LAMP", 1)))
    record(store, *released("order-1", *zip(pools, bins, strict=True)))
    record(store, picked(bins[0]), picked(bins[1], "s1"), handed_on("order-1", Step.PICK, Step.PACK))
    record(store, packed("order-1", "sscc-1", 1_800, *contents))

    def buy(tx: Transaction) -> None:
        digest = tx.keep_document("application/pdf", b"label of sscc-1")
        tx.record(fact(shipping.LabelRequested(*about, "label-1", "swift", "swift-day")))
        tx.record(fact(shipping.LabelBought(*about, "label-1", "SW1", 420, "EUR", digest)))

    def scan(tx: Transaction) -> None:
        tx.keep_message("swift", "m1", b"accepted")
        tx.keep_message("swift", "m2", b"?")
        tx.record(
            fact(shipping.Scanned("swift", "m1", "SW1", "sscc-1", "AC", "accepted", NOON, "Berlin", corrects=False)),
            fact(shipping.MilestoneReached(*about, "accepted", NOON, "accepted")),
            fact(shipping.ScanParked("swift", "m2", "SW1", "unknown code ?")),
        )

    store.run(buy)
    record(store, shipping.HandedOver(*about, "swift", contents, moves_of(contents, "CS/dock", "carrier/swift"), True))
    store.run(scan)
    arrived = moves_of(contents, "carrier/swift", "customer")
    record(
        store,
        shipping.Delivered(*about, NOON, NOON.date(), arrived),
        orders.OrderDelivered("order-1", NOON.date()),
        orders.PromiseKept("order-1", "first", date(2026, 3, 5), NOON.date()),
    )


def _pack_half_of_order_2(store: Store) -> None:
    pool, bin_ = held("order-2", 1, "MUG", 2), held("order-2", 1, "MUG", 2, place_id="CS/A")
    record(store, *ordered("order-2", ("MUG", 2)), stock.StockHeld((pool,)), planned("order-2", (1, "MUG", 2)))
    record(store, *released("order-2", (pool, bin_)), picked(bin_), handed_on("order-2", Step.PICK, Step.PACK))

    def ask_for_label(tx: Transaction) -> None:
        tx.record(fact(packed("order-2", "sscc-2", 500, Content(1, "MUG", 1))))
        tx.record(
            fact(shipping.LabelRequested("sscc-2", "order-2-f", "order-2", "label-2", "swift", "swift-day")),
        )
        tx.later(SEND_LABEL, "label-2", tx.now)

    store.run(ask_for_label)


def _hold_for_order_3_and_4(store: Store) -> None:
    on_hand = held("order-3", 1, "MUG", 2, expires_at=NOON)
    coming = Hold("order-3-1-coming", "order-3", 1, "MUG", 2, "CS", inbound_id="inbound-1", expires_at=NOON)
    pool, bin_ = held("order-4", 1, "TEA", 2, lot="L1"), held("order-4", 1, "TEA", 2, lot="L1", place_id="CS/B")

    def place(tx: Transaction) -> dict[str, str]:
        facts = (*ordered("order-3", ("MUG", 4), cleared=False), stock.StockHeld((on_hand, coming)))
        tx.record(*(fact(body) for body in facts))
        tx.later(EXPIRE_HOLDS, "order-3", NOON)
        return {"order_id": "order-3"}

    def wait(tx: Transaction) -> None:
        tx.record(*(fact(body) for body in (*ordered("order-4", ("TEA", 3)), stock.StockHeld((pool,)))))
        tx.later(PLAN_ORDERS, "order-4", tx.now)

    store.run(place, answers=dict[str, str], key="web-3", request={"mugs": 4})
    store.run(wait)
    record(store, planned("order-4", (1, "TEA", 2)), *released("order-4", (pool, bin_)))


def a_morning(store: Store) -> None:
    """Everything above, one step after the other."""
    stock_up(store)
    _deliver_order_1(store)
    _pack_half_of_order_2(store)
    _hold_for_order_3_and_4(store)
