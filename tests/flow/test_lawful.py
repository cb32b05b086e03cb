"""No plan, change, reroute or label lets goods go where they may not, whatever changes in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from doorstep.flow import change, look_site, rules
from doorstep.flow.explain import explain
from doorstep.flow.master import define_customer, define_items, define_services
from doorstep.flow.pack import pack
from doorstep.flow.papers import make_paper
from doorstep.flow.place import place_order
from doorstep.flow.ship import request_labels
from doorstep.flow.troubles import troubles
from doorstep.papers.values import PaperKind
from doorstep.storage.queries import master
from doorstep.terms.item import Coolant, Equipment, Item, Temperature
from doorstep.terms.order import Licence, Terms
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.rulebook import Ban, DeniedParty, RuleList
from doorstep.terms.service import CarrierService
from tests.corner_shop import ADA, BISTRO, CLERK, Shop, all_is_well, company_file, granted, order, refused

TODAY = date(2026, 3, 2)
DENIED = RuleList("csl", "an authority", TODAY, parties=(DeniedParty("7", ("BYRONE, Ada",)),))
NO_SWIFT = RuleList("steps", "our own file", TODAY, bans=(Ban("steps", "swift takes nothing", carrier_id="swift"),))
DRILL = {"hazard": "9", "un_number": "3481", "equipment": Equipment.IN, "lithium_mwh": 90_000}


def redefine(shop: Shop, item_id: str, **facts: Any) -> None:
    with shop.store.reading() as tx:
        item = master.items(tx, [item_id])[item_id]
    granted(define_items(shop.office, CLERK, [replace(item, **facts)]))


def redefine_service(shop: Shop, service_id: str, **facts: Any) -> None:
    with shop.store.reading() as tx:
        service = master.service(tx, service_id)
    assert service is not None
    granted(define_services(shop.office, CLERK, [replace(service, **facts)]))


def test_what_became_dangerous_after_it_was_packed_goes_by_who_takes_it_and_is_marked(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1), asked_by=TODAY + timedelta(days=2))  # in time by swift alone, which flies
    shop.pack_all()
    redefine(shop, "MUG", **DRILL)
    shop.settle()
    assert shop.one("SELECT service_id FROM label") == "steady-ground"
    assert shop.one("SELECT service_id FROM fulfilment") == "steady-ground"
    assert not troubles(shop.office)
    for kind in (PaperKind.LABEL, PaperKind.PACKING_SLIP):
        sscc = shop.one("SELECT sscc FROM parcel")
        assert granted(make_paper(shop.office, kind, sscc)).content
    zpl = granted(make_paper(shop.office, PaperKind.LABEL, sscc, "zpl")).content.decode()
    assert "lithium battery UN 3481" in zpl
    all_is_well(shop.store)


def test_the_pick_task_and_the_pick_list_show_the_marks(shop: Shop) -> None:
    redefine(shop, "MUG", **DRILL)
    shop.place(("MUG", 1))
    shop.settle()
    shop.release()
    (task,) = granted(look_site.work(shop.office, "CS")).tasks
    assert task.marks == ("lithium battery UN 3481",)
    assert granted(make_paper(shop.office, PaperKind.PICK_LIST, "CS")).content


def test_what_may_go_in_no_way_is_stopped_told_once_and_goes_once_it_may(shop: Shop) -> None:
    placed = shop.to_the_bench(("MUG", 1))
    shop.pack_all()
    redefine(shop, "MUG", licence="pharmacy")
    shop.settle()
    shop.later(hours=2)
    shop.settle()
    assert shop.rows("SELECT 1 FROM label") == []
    assert shop.one("SELECT count(*) FROM journal WHERE kind = 'LabelForbidden'") == 1
    (stuck,) = troubles(shop.office)
    assert "licence-missing" in stuck.says
    assert "Enter the customer's licence" in stuck.mend
    fulfilment_id = shop.one("SELECT fulfilment_id FROM fulfilment")
    told = refused(request_labels(shop.office, fulfilment_id), Why.MAY_NOT_SHIP, "licence-missing")
    assert told.concerns["source"]
    licences = (Licence("pharmacy", "P-1", date(2026, 3, 31)),)
    granted(define_customer(shop.office, CLERK, "ada", ADA, Terms(licences=licences)))
    shop.later(hours=2)
    shop.settle()
    assert shop.one("SELECT state FROM label") == "bought"
    assert not troubles(shop.office)
    assert granted(explain(shop.office, placed.order_id)).story
    all_is_well(shop.store)


def test_a_denied_name_is_stopped_reviewed_and_cleared(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    shop.pack_all()
    granted(rules.set_list(shop.office, CLERK, DENIED))
    shop.settle()
    assert shop.rows("SELECT 1 FROM label") == []
    (match,) = rules.screen(shop.office, ["Ada Byron"])
    assert match.alike_ppm > 950_000
    told = refused(
        place_order(shop.office, CLERK, order(("TEA", 1)), shop.key()), Why.MAY_NOT_SHIP, "denied-party", "7 of csl"
    )
    assert "may-ship clear" in told.says
    assert not [
        row
        for row in shop.rows("SELECT body::text AS b FROM journal WHERE kind = 'LabelForbidden'")
        if ADA.name in row.b
    ]
    assert isinstance(rules.review(shop.office, CLERK, "ada", "csl/8", cleared=True, because="x"), Refusal)
    granted(rules.review(shop.office, CLERK, "ada", "csl/7", cleared=True, because="another birthday"))
    shop.settle()
    assert shop.one("SELECT state FROM label") == "bought"
    assert [each.because for each in rules.reviews(shop.office, "ada")] == ["another birthday"]
    granted(rules.drop_list(shop.office, CLERK, "csl"))
    assert rules.lists(shop.office) == ()
    all_is_well(shop.store)


def test_cold_goods_do_not_leave_before_a_weekend_not_even_when_packing_took_too_long(shop: Shop) -> None:
    cold = {"temperature": Temperature.CHILLED, "coolant": Coolant.GEL, "transit_hours": 120}
    redefine(shop, "MUG", **cold)
    redefine_service(shop, "swift-express", calendar=company_file().services[1].calendar)  # no Saturdays
    placed = shop.place(("MUG", 1))
    assert {row.service_id for row in plans(shop, placed.order_id)} <= {"swift-express"}
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.later(days=4, hours=6)  # Friday morning
    shop.pack_all()
    shop.settle()
    assert shop.rows("SELECT 1 FROM label") == []
    (stuck,) = troubles(shop.office)
    assert "cold-over-days-off" in stuck.says, stuck
    shop.later(days=3)
    shop.settle()
    assert shop.one("SELECT state FROM label") == "bought"


def plans(shop: Shop, order_id: str) -> list[Any]:
    shop.settle()
    return shop.rows("SELECT * FROM fulfilment WHERE order_id = %s AND state <> 'cancelled'", order_id)


def test_a_lot_that_would_not_last_is_not_labelled(shop: Shop) -> None:
    shop.to_the_bench(("TEA", 1), customer="ada")
    shop.pack_all()
    shop.later(days=43)  # two weeks before lot T1 ends
    granted(define_customer(shop.office, CLERK, "ada", ADA, Terms()))
    shop.later(days=3)
    shop.settle()
    assert shop.rows("SELECT 1 FROM label") == []
    assert "shelf-life" in troubles(shop.office)[0].says


# -- whatever happens ------------------------------------------------------------------------------------------------

BOB = Address("Bob", ("1 Elm",), "Boston", "02101", "US")
LISTS = {
    "nothing by swift": NO_SWIFT,
    "denied": DENIED,
    "embargo": RuleList("mke", "law", TODAY, bans=(Ban("mke", "not there", country="US", postcode="532"),)),
}
HOMES = {"ada": ADA, "bistro": BISTRO}
ITEMS = ["MUG", "TEA", "LAMP"]
BARE = {"hazard": "", "licence": "", "min_age": 0}
FACTS: tuple[dict[str, Any], ...] = ({}, {"hazard": "9"}, {"hazard": "3"}, {"licence": "pharmacy"}, {"min_age": 21}, {})
DEEDS = "place place address date quantity facts service ban licence pick pack settle hurry hurry take cancel".split()
# What puts goods with a service: a plan, the same chosen anew on the floor, a label, also a second one for a parcel.
PAIRS = (
    "SELECT event_id, kind, body FROM journal WHERE kind IN ('ShipmentPlanned', 'FulfilmentReplanned', "
    "'LabelRequested') AND event_id > %s ORDER BY event_id"
)


class Days:
    """Days in which anything may happen to orders, goods, services and the law, by the chance given."""

    def __init__(self, shop: Shop, chance: random.Random) -> None:
        self.shop, self.chance = shop, chance
        self.bans: set[str] = set()
        self.licences: dict[str, set[str]] = {"ada": set(), "bistro": set()}
        self.seen = shop.one("SELECT coalesce(max(event_id), 0) FROM journal")
        self.pairs = 0

    def do(self, deed: str) -> None:
        getattr(self, deed)()
        self.check()

    def place(self) -> None:
        who = self.chance.choice(["ada", "bistro"])
        wanted = (self.chance.choice(ITEMS), self.chance.randint(1, 2))
        at = order(wanted, customer=who, ship_to=self.chance.choice([ADA, BISTRO, BOB]))
        place_order(self.shop.office, CLERK, at, self.shop.key())

    def address(self) -> None:
        to = self.chance.choice([ADA, BISTRO, BOB])
        self._any(lambda order_id, key: change.change_address(self.shop.office, CLERK, order_id, to, key))

    def date(self) -> None:
        day = self.shop.clock.now().date() + timedelta(days=self.chance.randint(1, 9))
        self._any(lambda order_id, key: change.change_date(self.shop.office, CLERK, order_id, None, day, key))

    def quantity(self) -> None:
        wanted = self.chance.randint(1, 3)
        self._any(lambda order_id, key: change.change_quantity(self.shop.office, CLERK, order_id, 1, wanted, key))

    def cancel(self) -> None:
        self._any(lambda order_id, key: change.cancel_order(self.shop.office, CLERK, order_id, key))

    def _any(self, deed: Callable[[str, str], object]) -> None:
        if open_orders := self.shop.rows("SELECT order_id FROM orders WHERE state = 'open' ORDER BY order_id"):
            deed(self.chance.choice(open_orders).order_id, self.shop.key())

    def facts(self) -> None:
        redefine(self.shop, self.chance.choice(ITEMS), **{**BARE, **self.chance.choice(FACTS)})

    def service(self) -> None:
        takes = frozenset(self.chance.sample(["3", "9"], self.chance.randint(0, 2)))
        service_id = self.chance.choice(["swift-express", "steady-ground"])
        redefine_service(self.shop, service_id, hazards=takes, checks_age=self.chance.choice([0, 21]))

    def ban(self) -> None:
        name = self.chance.choice(sorted(LISTS))
        if name in self.bans:
            granted(rules.drop_list(self.shop.office, CLERK, LISTS[name].list_id))
        else:
            granted(rules.set_list(self.shop.office, CLERK, LISTS[name]))
        self.bans ^= {name}

    def licence(self) -> None:
        who, has = self.chance.choice(["ada", "bistro"]), self.chance.choice([set(), {"pharmacy"}])
        self.licences[who] = has
        terms = Terms(licences=tuple(Licence(kind, "1") for kind in has))
        granted(define_customer(self.shop.office, CLERK, who, HOMES[who], terms))

    def pick(self) -> None:
        self.shop.release()
        self.shop.pick_all()

    def pack(self) -> None:
        for row in self.shop.rows("SELECT fulfilment_id FROM fulfilment WHERE state = 'picked' ORDER BY 1"):
            pack(self.shop.office, CLERK, row.fulfilment_id, self.shop.key())

    def settle(self) -> None:
        self.shop.later(hours=self.chance.choice([1, 7, 20]))
        self.shop.settle()

    def hurry(self) -> None:
        """What can be picked is packed at once, and then something changes before its labels are asked for."""
        changes = self.chance.choices(["facts", "service", "ban", "licence"], k=3)
        for deed in ("settle", "pick", "pack", *changes, "settle"):
            self.do(deed)

    def take(self) -> None:
        self.shop.hand_over()

    def check(self) -> None:
        """Whatever was put with a service since the last look may lawfully go with it."""
        recorded = self.shop.rows(PAIRS, self.seen)
        for row in recorded:
            self.seen = row.event_id
            for made in row.body.get("fulfilments") or [row.body]:
                self._check(row.kind, row.body["order_id"], made["fulfilment_id"], made["service_id"])

    def _check(self, kind: str, order_id: str, fulfilment_id: str, service_id: str) -> None:
        (where,) = self.shop.rows("SELECT area, customer_id, person_ref FROM orders WHERE order_id = %s", order_id)
        lines = "SELECT item_id FROM fulfilment_line WHERE fulfilment_id = %s AND quantity > 0"
        inside = [row.item_id for row in self.shop.rows(lines, fulfilment_id)]
        with self.shop.store.reading() as tx:
            items = master.items(tx, inside)
            service = master.service(tx, service_id)
            address = master.address(tx, where.person_ref)
            own = master.address(tx, tx.one(*master.customer_query(where.customer_id)).person_ref)
        assert service is not None
        names = {each.name for each in (address, own) if each}
        for item in items.values():
            self.pairs += 1
            held = self.licences[where.customer_id]
            no = unlawful(item, service, where.area, names, held, self.bans)
            assert not no, (kind, item.item_id, service_id, self.bans)


def unlawful(
    item: Item, service: CarrierService, area: str, names: set[str], licences: set[str], bans: set[str]
) -> bool:
    """The law as this test knows it, told in other words than the program's."""
    if "nothing by swift" in bans and service.carrier_id == "swift":
        return True
    if "denied" in bans and "Ada Byron" in names:
        return True
    if "embargo" in bans and area.startswith("US-532"):
        return True
    if item.hazard and item.hazard not in service.hazards:
        return True
    return bool(item.licence and item.licence not in licences) or item.min_age > service.checks_age


@pytest.mark.parametrize("seed", [5, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 6, 7))])
def test_whatever_happens_no_plan_upgrade_reroute_or_reship_makes_an_unlawful_pair(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    days = Days(shop, chance)
    for _ in range(20):
        days.do(chance.choice(DEEDS))
    days.do("hurry")
    assert days.pairs
    all_is_well(shop.store)
