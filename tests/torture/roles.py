"""The people of the shop, each in a thread: they look, do one thing, and look again; some of them make mistakes."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from doorstep.terms.item import Tracking
from doorstep.twin.carrier_desk import API_KEY
from tests.torture.client import Client
from tests.torture.shop import Shop, serials

MOST_INSIDE = 25
_LITTLE = 40
_CARRIER_S = 3


@dataclass
class Memory:
    """What the people know in common; each entry comes from an acknowledged answer."""

    orders: list[tuple[str, int]] = field(default_factory=list)  # (order, lines)
    unpaid: deque[str] = field(default_factory=deque)
    inbounds: deque[tuple[str, str, int]] = field(default_factory=deque)  # (inbound, item, quantity)
    carrier_of: dict[str, str] = field(default_factory=dict)  # by tracking number
    troubles: list[str] = field(default_factory=list)


@dataclass
class Person:
    """Somebody with a line to the office, chance of their own, and keys nobody else has."""

    name: str
    client: Client
    chance: random.Random
    memory: Memory
    carrier_port: int
    shop: Shop
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def key(self) -> str:
        return f"{self.name}-{next(self.keys)}"

    def at_carrier(self, method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        """What the carrier answers, a 404 included; None where it had trouble."""
        url = f"http://127.0.0.1:{self.carrier_port}{path}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, data, headers, method=method), timeout=_CARRIER_S
            ) as reply:
                found: dict[str, Any] = json.load(reply)
                return found
        except urllib.error.HTTPError as no:
            return {"missing": no.read().decode()} if no.code == 404 else None
        except (OSError, ValueError, http.client.HTTPException):
            return None


Step = Callable[[Person], bool]  # True where there was something to do


def buy(person: Person) -> bool:
    if person.client.look("work")[0]["inside"] > MOST_INSIDE:
        return False
    for _ in range(person.chance.randint(1, 3)):
        key = person.key()
        order = person.shop.order(person.chance, key)
        told = person.client.ask("place", key=key, order=order)
        if "answer" in told:
            order_id = told["answer"]["order_id"]
            person.memory.orders.append((order_id, len(order["lines"])))
            if not told["answer"]["cleared"]:
                person.memory.unpaid.append(order_id)
    return person.chance.random() < 0.5


def pay(person: Person) -> bool:
    """Half of what was not paid for is paid for in the end; the rest runs out."""
    if not person.memory.unpaid:
        return False
    order_id = person.memory.unpaid.popleft()
    if person.chance.random() < 0.5:
        person.client.ask("clear", order_id=order_id)
    return True


def release(person: Person) -> bool:
    waves = [person.client.ask("release", site_id=site_id) for site_id in person.shop.site_ids]
    return any(told["answer"]["wave_id"] for told in waves)


def pick(person: Person) -> bool:
    tasks = person.client.look("tasks")
    for task in person.chance.sample(tasks, min(len(tasks), 2)):
        found = task["quantity"]
        if person.chance.random() < 0.06:
            found = person.chance.randrange(found)
        serials = person.chance.sample(task["serials"], min(found, len(task["serials"])))
        person.client.ask("pick", key=person.key(), task_id=task["task_id"], found=found, serials=sorted(serials))
    return bool(tasks)


def pack(person: Person) -> bool:
    benches = person.client.look("benches")
    for bench in benches[:2]:
        person.client.ask("pack", key=person.key(), fulfilment_id=bench["fulfilment_id"])
    return bool(benches)


def hand_over(person: Person) -> bool:
    """The drivers come for what is labelled, and the carrier sets it going."""
    parcels = person.client.look("dock")
    for carrier_id in sorted({parcel["carrier_id"] for parcel in parcels}):
        ssccs = [parcel["sscc"] for parcel in parcels if parcel["carrier_id"] == carrier_id]
        told = person.client.ask("hand_over", key=person.key(), carrier_id=carrier_id, ssccs=ssccs)
        # The label on it may be another than the one he saw: while he asked again and again, it was changed for one.
        number_of = {parcel["sscc"]: parcel["tracking_number"] for parcel in person.client.look("taken")}
        for sscc in told["answer"]["handed_over"]:
            if sscc not in number_of:
                person.memory.troubles.append(f"that {sscc} was handed over was acknowledged, and is lost")
                continue
            person.memory.carrier_of[number_of[sscc]] = carrier_id
            _collect(person, number_of[sscc])
    return bool(parcels)


def _collect(person: Person, tracking_number: str) -> None:
    while (told := person.at_carrier("POST", "/v1/collections", {"tracking_numbers": [tracking_number]})) is None:
        continue
    if "missing" in told:
        person.memory.troubles.append(f"{tracking_number} was handed over, and the carrier knows no such live label")


def scans(share: int, of: int) -> Step:
    """The carrier's messages as they fall due, each sent until it is taken; of all parcels every `of`-th, by number."""
    sent_until = ""
    waiting: deque[str] = deque()

    def scan(person: Person) -> bool:
        nonlocal sent_until
        if not waiting:
            now = str(person.client.look("now"))
            begin = sent_until or _stamp(_instant(now) - timedelta(days=365))
            told = person.at_carrier("GET", f"/v1/scans?{urlencode({'after': begin, 'until': now})}")
            if told is None:
                return False
            waiting.extend(raw for message in told["scans"] if _number(raw := message["raw"])[1] % of == share)
            sent_until = now
        for _ in range(min(len(waiting), 5)):
            carrier_id = person.memory.carrier_of[_number(waiting[0])[0]]
            person.client.ask("scan", carrier_id=carrier_id, raw=waiting[0])
            waiting.popleft()
        return bool(waiting)

    return scan


def _number(raw: str) -> tuple[str, int]:
    """The tracking number in a message, as it is and as a number."""
    text = str(json.loads(raw)["tracking_number"])
    return text, int(text[2:])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _stamp(instant: datetime) -> str:
    return instant.isoformat()


def keep_shop(person: Person) -> bool:
    """Counts that are sometimes wrong, goods that were announced and goods that were not, late payments."""
    act = person.chance.choice((count, count, restock, expect, bring, pay, pay))
    act(person)
    return False


def count(person: Person) -> bool:
    bins = person.client.look("bins")
    if not bins:
        return False
    one = person.chance.choice(bins)
    where = {"place_id": one["place_id"], "item_id": one["item_id"], "lot": one["lot"]}
    if one["serials"]:
        there = one["serials"]
        if person.chance.random() < 0.2:
            there = there[1:]
        person.client.ask("count", key=person.key(), counted=len(there), serials=there, **where)
    elif person.shop.tracking(one["item_id"]) is not Tracking.SERIAL:
        counted = max(0, one["on_hand"] + person.chance.choice((0, 0, 1, -1, -2, -5)))
        person.client.ask("count", key=person.key(), counted=counted, **where)
    return True


def restock(person: Person) -> bool:
    """Goods come in where little is left."""
    left = dict.fromkeys(person.shop.goods, 0)
    for one in person.client.look("bins"):
        left[one["item_id"]] += one["on_hand"]
    short = [item_id for item_id, on_hand in left.items() if on_hand < _LITTLE]
    for item_id in person.chance.sample(short, min(len(short), 3)):
        goods_in(person, item_id, 20 if person.shop.tracking(item_id) is Tracking.SERIAL else 120)
    return True


def expect(person: Person) -> bool:
    if len(person.memory.inbounds) > 5:
        return False
    item_id, quantity = person.chance.choice(list(person.shop.goods)), person.chance.randint(5, 30)
    now = _instant(str(person.client.look("now")))
    due_at = _stamp(now + timedelta(hours=person.chance.randint(4, 60)))
    site_id = person.shop.bin_of[item_id].partition("/")[0]
    what = {"site_id": site_id, "item_id": item_id, "quantity": quantity, "due_at": due_at}
    told = person.client.ask("expect", key=person.key(), **what)
    person.memory.inbounds.append((told["answer"], item_id, quantity))
    return True


def bring(person: Person) -> bool:
    """What was announced comes, now and then less of it."""
    if not person.memory.inbounds:
        return False
    inbound_id, item_id, quantity = person.memory.inbounds.popleft()
    short = person.chance.choice((0, 0, 0, 2))
    goods_in(person, item_id, quantity - short, inbound_id)
    return True


def goods_in(person: Person, item_id: str, quantity: int, inbound_id: str = "") -> None:
    """Units of an item come into its bin: a lot of its own, serials of its own."""
    key = person.key()
    more: dict[str, Any] = {"place_id": person.shop.bin_of[item_id]}
    if person.shop.tracking(item_id) is Tracking.LOT:
        more |= {"lot": f"T-{key}", "expires_on": "2028-12-31"}
    elif person.shop.tracking(item_id) is Tracking.SERIAL:
        more["serials"] = serials(item_id, key, quantity)
    person.client.ask("receive", key=key, item_id=item_id, quantity=quantity, inbound_id=inbound_id, **more)


def change(person: Person) -> bool:
    """Somebody wants it otherwise; mostly one of the newest orders, which are everywhere on the floor."""
    recent = person.memory.orders[-20:]
    if not recent:
        return False
    order_id, lines = person.chance.choice(recent)
    line_no = person.chance.randint(1, lines)
    now = _instant(str(person.client.look("now")))
    verb, more = person.chance.choice(
        (
            ("cancel_line", {"line_no": line_no}),
            ("cancel_order", {}),
            ("change_quantity", {"line_no": line_no, "quantity": person.chance.randint(1, 4)}),
            ("change_address", {"address": person.shop.homes[person.chance.randrange(len(person.shop.homes))]}),
            ("change_date", {"asked_by": (now + timedelta(days=person.chance.randint(7, 20))).date().isoformat()}),
            ("hold", {}),
            ("hold", {}),
        )
    )
    person.client.ask(verb, key=person.key(), order_id=order_id, **more)
    return False


def resume(person: Person) -> bool:
    stopped = person.client.look("stopped")
    for row in stopped[:3]:
        person.client.ask("resume", key=person.key(), order_id=row["order_id"])
    return bool(stopped)


@dataclass(frozen=True)
class Role:
    """What somebody does, and how long they rest, in milliseconds, after doing it and when there was nothing to do."""

    name: str
    make: Callable[[], Step]
    rest_ms: int = 5
    idle_ms: int = 60
    until_the_end: bool = True  # goes on when nothing new comes in


ROLES = (
    Role("ada", lambda: buy, rest_ms=100, idle_ms=300, until_the_end=False),
    Role("bob", lambda: buy, rest_ms=100, idle_ms=300, until_the_end=False),
    Role("rita", lambda: release, rest_ms=100, idle_ms=250),
    Role("pia", lambda: pick),
    Role("pete", lambda: pick),
    Role("pat", lambda: pack),
    Role("dan", lambda: hand_over),
    Role("sam", lambda: scans(0, 2)),
    Role("sue", lambda: scans(1, 2)),
    Role("clara", lambda: keep_shop, idle_ms=80, until_the_end=False),
    Role("chris", lambda: change, idle_ms=150, until_the_end=False),
    Role("rose", lambda: resume, rest_ms=200, idle_ms=300),
)
