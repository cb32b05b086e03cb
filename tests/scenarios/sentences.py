"""The sentences that a scenario may say, and what each does in the corner shop. A sentence that is not here fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from doorstep.flow.place import Placed, clear_order, place_order
from doorstep.flow.score import score_overdue
from doorstep.terms.refusals import Refusal
from doorstep.twin.faults import Fault
from tests.corner_shop import CLERK, HOMES, Shop, granted, order

YEAR = 2026
MONTHS = "January February March April May June July August September October November December".split()
FAULTS = {
    "loses its first answer": (Fault.SILENT_AFTER,),
    "is too busy twice": (Fault.BUSY, Fault.BUSY),
}
_SENTENCES: list[tuple[re.Pattern[str], Callable[..., None]]] = []


class Sentence(NamedTuple):
    """A sentence of a scenario and the line it stands in."""

    line: int
    text: str


class UnknownSentenceError(Exception):
    """The scenario says what nobody taught the runner."""


def says(pattern: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The decorated step does what sentences of this pattern say; its groups are the step's arguments."""

    def teach(step: Callable[..., None]) -> Callable[..., None]:
        _SENTENCES.append((re.compile(pattern), step))
        return step

    return teach


def sentences_of(text: str) -> list[Sentence]:
    """What a scenario says, line by line; its title, its comments (#) and empty lines left out."""
    lines = list(enumerate(text.splitlines(), 1))[1:]
    return [Sentence(number, line.strip()) for number, line in lines if line.strip() and not line.startswith("#")]


def step_for(sentence: Sentence) -> tuple[Callable[..., None], tuple[str, ...]]:
    """The one step that a sentence means; UnknownSentenceError where there is none, or more than one."""
    found = [(step, match.groups()) for pattern, step in _SENTENCES if (match := pattern.fullmatch(sentence.text))]
    if len(found) != 1:
        raise UnknownSentenceError(f"line {sentence.line}: {sentence.text!r} means {len(found)} things")
    return found[0]


def unsaid(sentences: list[Sentence]) -> list[str]:
    """The patterns that none of the sentences says."""
    texts = [sentence.text for sentence in sentences]
    return [pattern.pattern for pattern, _ in _SENTENCES if not any(map(pattern.fullmatch, texts))]


def faults_of(sentences: list[Sentence]) -> Iterator[Fault]:
    """What goes wrong at the carrier in this scenario, in turn."""
    for sentence in sentences:
        if match := re.fullmatch("today the carrier (.+)", sentence.text):
            yield from FAULTS[match[1]]


class Story:
    """The shop while a scenario is told. "The order" is the last one; each customer's last one is known by its name."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.orders: dict[str, Placed] = {}
        self.order: Placed | None = None
        self.inbound_id = ""

    def the_order(self, of: str | None = None) -> Placed:
        found = self.orders[of] if of else self.order
        assert found is not None, "nobody has ordered yet"
        return found

    def state(self, of: str | None) -> str:
        return str(self.shop.one("SELECT state FROM orders WHERE order_id = %s", self.the_order(of).order_id))


def day(text: str) -> date:
    number, month = text.split()
    return date(YEAR, MONTHS.index(month) + 1, int(number))


def noon(text: str) -> datetime:
    """Noon in Chicago on a day such as `5 March`."""
    return datetime.combine(day(text), datetime.min.time(), UTC) + timedelta(hours=18)


GOODS = r"(\d+ [A-Z-]+(?: and \d+ [A-Z-]+)*)"
WHOSE = r"(?:(\w+)'s|the) order"


def goods(text: str) -> list[tuple[str, int]]:
    return [(item_id, int(quantity)) for quantity, item_id in (part.split() for part in text.split(" and "))]


@says("today the carrier (.+)")
def _weather(story: Story, what: str) -> None:
    assert what in FAULTS, "set before the shop was opened"


@says(rf"(\w+) orders {GOODS}(?: to ([A-Z][\w ]+?))?(?: by (\d+ \w+))?(?:, (not yet paid))?")
def _orders(story: Story, customer: str, wanted: str, city: str | None, by: str | None, unpaid: str | None) -> None:
    assert city in (None, HOMES[customer].city), f"{customer} lives in {HOMES[customer].city}"
    asked: dict[str, Any] = {"cleared": unpaid is None, "asked_by": by and day(by)}
    story.order = story.orders[customer] = story.shop.place(*goods(wanted), customer=customer, **asked)


@says(rf"(\w+) orders {GOODS}(?: by (\d+ \w+))? and is refused: (.+)")
def _refused(story: Story, customer: str, wanted: str, by: str | None, why: str) -> None:
    asked = order(*goods(wanted), customer=customer, asked_by=by and day(by))
    told = place_order(story.shop.office, CLERK, asked, story.shop.key())
    assert isinstance(told, Refusal), told
    assert told.code.replace("_", " ") == why, told


@says(r"(?:(\w+)'s|the) promise is (\d+) to (\d+ \w+)")
def _promise(story: Story, of: str | None, first: str, last: str) -> None:
    promise = story.the_order(of).promise
    month = last.split()[1]
    assert (promise.first_day, promise.last_day) == (day(f"{first} {month}"), day(last))
    assert story.shop.promised(story.the_order(of).order_id) == day(last), "a promise is never overwritten"


@says(r"(\w+)'s payment clears")
def _clears(story: Story, customer: str) -> None:
    granted(clear_order(story.shop.office, CLERK, story.the_order(customer).order_id))


@says(r"(\d+) (minute|hour|day)s? later")
def _later(story: Story, number: str, unit: str) -> None:
    story.shop.later(**{f"{unit}s": int(number)})
    story.shop.settle()


@says(r"(?:it becomes|it is) (\d+ \w+)")
def _becomes(story: Story, when: str) -> None:
    story.shop.clock.move_to(noon(when))
    story.shop.settle()


@says("the planner plans")
def _plans(story: Story) -> None:
    story.shop.settle()


@says("a wave is released")
def _wave(story: Story) -> None:
    story.shop.settle()
    story.shop.release()


@says("the floor picks everything")
def _picks(story: Story) -> None:
    _wave(story)
    story.shop.pick_all()


@says(r"short pick: (\d+) of (\d+) ([A-Z-]+) found")
def _short(story: Story, found: str, wanted: str, item_id: str) -> None:
    (task,) = [task for task in story.shop.tasks() if task.item_id == item_id]
    assert task.quantity == int(wanted)
    done = story.shop.pick(task, int(found))
    assert done.short == int(wanted) - int(found)


@says("the packer packs")
def _packs(story: Story) -> None:
    story.shop.pack_all()
    story.shop.settle()


@says(r"(\d+) labels? (?:is|are) bought")
def _labels(story: Story, number: str) -> None:
    ours = {row.label_id: row.tracking_number for row in story.shop.rows("SELECT * FROM label WHERE state = 'bought'")}
    assert len(ours) == int(number)
    assert ours == story.shop.desk.live_labels(), "the carrier knows exactly these"


@says("the label is still asked for")
def _asked(story: Story) -> None:
    assert story.shop.one("SELECT state FROM label") == "requested"


@says(r"the carriers? takes? (\d+) parcels?")
def _takes(story: Story, number: str) -> None:
    assert len(story.shop.hand_over()) == int(number)


@says(r"the carrier (delivers|says it delivered|takes that back) on (\d+ \w+)")
def _delivers(story: Story, what: str, when: str) -> None:
    shop = story.shop
    shop.clock.move_to(noon(when))
    code = "DX" if what == "takes that back" else "DL"
    for row in shop.rows("SELECT sscc FROM parcel WHERE state IN ('handed_over', 'delivered') ORDER BY sscc"):
        shop.scan(row.sscc, code, shop.clock.now(), f"{row.sscc}-{code}-{when.replace(' ', '-')}")
    shop.settle()


@says("what is overdue is scored")
def _overdue(story: Story) -> None:
    score_overdue(story.shop.office)


@says(rf"{WHOSE} is (open|delivered|cancelled)(?:, promise (kept|broken): ?(.*)|, promise (kept))?")
def _stands(story: Story, of: str | None, state: str, *verdict: str | None) -> None:
    assert story.state(of) == state
    scores = story.shop.scores(story.the_order(of).order_id)
    if any(verdict):
        assert scores["agreed"] == ("kept" if "kept" in verdict else verdict[1])
    elif state == "open":
        assert scores == {}, "an open order has no verdict yet"


@says(rf"{WHOSE} (waits for|holds|has on the bench|has shipped) {GOODS}")
def _units(story: Story, of: str | None, where: str, wanted: str) -> None:
    column = {"waits for": 2, "holds": 3, "has on the bench": 4, "has shipped": 5}[where]
    found: dict[str, int] = {}
    for row in story.shop.demand(story.the_order(of).order_id):
        found[row[0]] = found.get(row[0], 0) + row[column]
    assert {item_id: units for item_id, units in found.items() if units} == dict(goods(wanted))


@says(r"(\d+) ([A-Z-]+) (?:is|are) free")
def _free(story: Story, units: str, item_id: str) -> None:
    assert story.shop.free(item_id) == int(units)


@says(r"(\w+) will bring (\d+) ([A-Z-]+) in (\d+) days")
def _expected(story: Story, supplier: str, units: str, item_id: str, days: str) -> None:
    story.inbound_id = story.shop.expect(item_id, int(units), int(days))


@says(r"(\d+) ([A-Z-]+) arrive, as expected")
def _arrive(story: Story, units: str, item_id: str) -> None:
    story.shop.receive(item_id, int(units), inbound_id=story.inbound_id)
    story.shop.settle()


@says(r"(\d+) ([A-Z-]+) arrive")
def _come_in(story: Story, units: str, item_id: str) -> None:
    story.shop.receive(item_id, int(units))
    story.shop.settle()


@says(r"a count finds (\d+) ([A-Z-]+) in ([A-Z]-\d\d)")
def _count(story: Story, units: str, item_id: str, place: str) -> None:
    story.shop.count(f"CS/{place}", item_id, int(units))
    story.shop.settle()
