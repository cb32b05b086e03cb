"""Olist's orders as departures, and what would have been promised of each on the morning of its purchase.

Read from olist/ of the folder that DOORSTEP_DATA names: orders with items, days counted from 2016-09-01. A day's orders
are promised from what was known when the day began; a hand-over, a delivery, or that neither has come, is told to the
learners the morning after. Days on which carriers work are Brazil's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from doorstep.promising.columns import Codes, Departures, Flags, Reals
from doorstep.promising.drift import Moves
from doorstep.promising.learner import Habits, Learner, Scale
from doorstep.promising.queues import Queues

BASE = date(2016, 9, 1)
HORIZON, MOST_HANDLING = 90, 30  # days that are looked ahead
NEVER = 10**6
# How much carriers do on a day of the week, Monday first; a holiday is like a Sunday.
SELLER_WEEK = (1.0, 1.0, 1.0, 1.0, 1.0, 0.1, 0.05)
CARRIER_WEEK = (1.0, 1.0, 1.0, 1.0, 1.0, 0.3, 0.08)
_FIXED_HOLIDAYS = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_EASTERS = (date(2016, 3, 27), date(2017, 4, 16), date(2018, 4, 1), date(2019, 4, 21))
_FROM_EASTER = (-48, -47, -2, 60)  # carnival's Monday and Tuesday, Good Friday, Corpus Christi


@dataclass(frozen=True)
class Orders:
    """One entry per order, by time of purchase. Days from BASE; NEVER where it has not happened.

    `promised` is the day of Olist's own estimate; `numbers` and the codes are as `Departures` takes them.
    """

    bought: Codes
    handed: Codes
    delivered: Codes
    promised: Codes
    state: Codes
    states: tuple[str, ...]
    handling: Departures
    transit: Departures
    features: Reals  # what the peers learn from
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.bought)


def holidays() -> set[int]:
    days = {date(year, month, day) for year in range(2016, 2020) for month, day in _FIXED_HOLIDAYS}
    days |= {easter + timedelta(days=by) for easter in _EASTERS for by in _FROM_EASTER}
    return {(day - BASE).days for day in days}


class WorkingClock:
    """Days of work since BASE, by the instant (days): the days of the week weighed, so that a week has seven."""

    def __init__(self, week: tuple[float, ...], days: int = 1_200) -> None:
        closed = holidays()
        per_day = [week[6] if day in closed else week[(day + BASE.weekday()) % 7] for day in range(days)]
        self._worked = np.concatenate([[0.0], np.cumsum(per_day)]) * 7 / sum(week)

    def __call__(self, at: Reals) -> Reals:
        return np.asarray(np.interp(at, np.arange(len(self._worked)), self._worked))


def read(folder: Path) -> Orders:
    """The orders that have items, in the order of purchase."""
    tables = {name: _columns(folder / f"{name}.parquet") for name in _READ}
    first, sums = _items(tables)
    orders, customers = tables["orders"], tables["customers"]
    at = {key: i for i, key in enumerate(customers["customer_id"])}
    kept = [
        i for i in np.argsort(_day(orders["order_purchase_timestamp"]), kind="stable") if orders["order_id"][i] in first
    ]
    seller = tables["sellers"]
    seller_at = {key: i for i, key in enumerate(seller["seller_id"])}
    rows = []
    place = _places(tables["geolocation_by_prefix"])
    state_of: dict[str, str] = {}
    for zip_code, state in zip(customers["customer_zip_code_prefix"], customers["customer_state"], strict=True):
        if state:
            state_of.setdefault(zip_code, state)
    for i in kept:
        who = at[orders["customer_id"][i]]
        to = customers["customer_zip_code_prefix"][who]
        item = first[orders["order_id"][i]]
        by = seller_at.get(item[0])
        rows.append(
            (
                customers["customer_state"][who] or state_of.get(to, "??"),
                to,
                item[0],
                (seller["seller_state"][by] if by is not None else None) or "??",
                (seller["seller_zip_code_prefix"][by] if by is not None else None) or "",
                item[1] or "?",
                *sums[orders["order_id"][i]],
            )
        )
    return _as_orders(orders, np.array(kept), rows, place)


_READ = ("orders", "order_items", "products", "customers", "sellers", "geolocation_by_prefix")


def _columns(path: Path) -> dict[str, Any]:
    table = pq.read_table(path)
    said = {}
    for name in table.column_names:
        column = table.column(name)
        is_time = str(column.type).startswith("timestamp")
        said[name] = column.to_numpy().astype("datetime64[s]") if is_time else column.to_pylist()
    return said


def _day(at: Any) -> Codes:
    """Days from BASE; NEVER where there is no time."""
    day = at.astype("datetime64[D]")
    return np.where(np.isnat(day), NEVER, (day - np.datetime64(BASE)).astype(np.int64))


def _items(tables: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """By order: the seller and category of its first item; mass, volume, price, freight, items, sellers."""
    items, products = tables["order_items"], tables["products"]
    product = {key: i for i, key in enumerate(products["product_id"])}
    by_order: dict[str, list[int]] = {}
    for i in sorted(range(len(items["order_id"])), key=lambda i: items["order_item_id"][i]):
        by_order.setdefault(items["order_id"][i], []).append(i)
    first: dict[str, Any] = {}
    sums: dict[str, Any] = {}
    for order, lines in by_order.items():
        which = [product.get(items["product_id"][i]) for i in lines]
        sides = ("product_length_cm", "product_height_cm", "product_width_cm")
        mass = sum((products["product_weight_g"][p] or 0) for p in which if p is not None)
        volume = sum(np.prod([products[side][p] or 0 for side in sides]) for p in which if p is not None)
        price, freight = (sum(items[name][i] for i in lines) for name in ("price", "freight_value"))
        category = products["product_category_name"][which[0]] if which[0] is not None else None
        first[order] = (items["seller_id"][lines[0]], category)
        sellers = len({items["seller_id"][i] for i in lines})
        sums[order] = (mass or 700.0, volume or 7_000.0, price, freight, len(lines), sellers)
    return first, sums


def _places(places: dict[str, Any]) -> dict[str, tuple[float, float]]:
    names = ("geolocation_zip_code_prefix", "geolocation_lat", "geolocation_lng")
    return {code: (lat, lng) for code, lat, lng in zip(*(places[name] for name in names), strict=True)}


def _coded(words: list[str]) -> Codes:
    known: dict[str, int] = {}
    return np.array([known.setdefault(word, len(known)) for word in words], np.int64)


def _as_orders(orders: dict[str, Any], kept: Codes, rows: list[Any], place: dict[str, tuple[float, float]]) -> Orders:
    state, to, seller, from_state, origin, category, *sums = (list(column) for column in zip(*rows, strict=True))
    mass, volume, price, freight, items, sellers = (np.array(column, np.float64) for column in sums)
    here, there = (np.array([place.get(code, (np.nan, np.nan)) for code in codes]) for codes in (to, origin))
    km = np.nan_to_num(_kilometres(here, there), nan=500.0)
    bought_at = orders["order_purchase_timestamp"][kept]
    bought = _day(bought_at)
    delivered = np.maximum(_day(orders["order_delivered_customer_date"])[kept], bought)
    handed = np.minimum(np.maximum(_day(orders["order_delivered_carrier_date"])[kept], bought), delivered)
    hour = (bought_at - bought_at.astype("datetime64[D]")).astype(np.int64) // 3600
    weekday = (bought + BASE.weekday()) % 7
    size = [np.log1p(column) for column in (mass, volume, freight, price)]
    size += [np.minimum(items, 4), (sellers > 1) * 1.0]
    far = [np.log1p(km), np.sqrt(km) / 30, (km < 60) * 1.0]
    lane = [f"{a}>{b}" for a, b in zip(from_state, state, strict=True)]
    area, town = [code[:2] for code in to], [code[:3] for code in to]
    codes = {
        name: _coded(words)
        for name, words in (
            ("state", state), ("from", from_state), ("lane", lane), ("area", area), ("town", town),
            ("seller", seller), ("category", category),
        )
    }  # fmt: skip
    nowhere = np.zeros(len(bought))
    everywhere = np.zeros_like(bought)
    in_hand = [_queues(bought, bought, handed, group, HANDLING) for group in (everywhere, codes["seller"])]
    under_way = _queues(bought, handed, delivered, codes["state"], TRANSIT)
    handling = Departures(
        nowhere,
        np.column_stack([*size, *in_hand]),
        np.stack([codes["from"], codes["category"], weekday, hour, codes["seller"]]),
        codes["from"],
    )
    transit = Departures(
        nowhere,
        np.column_stack([*far, *size[:4], under_way]),
        np.stack([codes[name] for name in ("state", "from", "lane", "area", "town", "seller")]),
        codes["state"],
    )
    told = [km, mass, volume, freight, price, items, *here.T, *there.T, weekday, hour]
    told += [codes["state"], codes["from"], np.array([int(code or 0) for code in town])]
    names = tuple(dict.fromkeys(state))
    return Orders(
        bought, handed, delivered, _day(orders["order_estimated_delivery_date"])[kept], codes["state"], names,
        handling, transit, np.column_stack(told), _FEATURES,
    )  # fmt: skip


def _queues(bought: Codes, starts: Codes, ends: Codes, groups: Codes, habits: Habits) -> Reals:
    """How long the queue of each order's group was on the morning of its purchase."""
    days = int(bought.max()) + 2
    return Queues(starts, ends, groups, days, habits.standard).at(groups, bought)


_FEATURES = (
    "km", "mass", "volume", "freight", "price", "items", "to_lat", "to_lng", "from_lat", "from_lng", "weekday", "hour",
    "to_state", "from_state", "to_zip3",
)  # fmt: skip


def _kilometres(here: Reals, there: Reals) -> Reals:
    (a, b), (c, d) = np.radians(here).T, np.radians(there).T
    half = np.sin((a - c) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((b - d) / 2) ** 2
    return np.asarray(6371 * 2 * np.arcsin(np.sqrt(half)))


HANDLING = Habits(
    Scale.LOG, leans=(8.0, 15.0, 5.0, 20.0, 4.0), standard=3.0, spread=0.6, settled=12.0, ahead=2.0,
    moves=Moves(wander=0.05, cluster_wander=0.017, trust=0.3, cluster_trust=0.3),
)  # fmt: skip
TRANSIT = Habits(
    Scale.LOG, leans=(8.0, 8.0, 10.0, 10.0, 20.0, 8.0), standard=10.0, spread=0.5, settled=15.0, ahead=7.0,
    moves=Moves(wander=0.1, cluster_wander=0.06, trust=0.3, cluster_trust=0.5),
)  # fmt: skip


@dataclass
class _Stage:
    """One learner, with which parcels it knows by which of its own numbers."""

    learner: Learner
    parcels: Departures
    starts: Codes
    ends: Codes

    def __post_init__(self) -> None:
        self._number = np.full(len(self.starts), -1)
        self._told = 0

    def morning(self, day: int) -> None:
        """Tell of all that happened the day before. A day's departures have left by its end."""
        new = np.flatnonzero(self.starts == day - 1)
        self._number[new] = self._told + np.arange(len(new))
        self._told += len(new)
        came = np.flatnonzero((self.ends == day - 1) & (self._number >= 0))
        departed = self.parcels.take(new).left_at(np.full(len(new), float(day)))
        self.learner.take(float(day), departed, self._number[came], np.full(len(came), float(day)))


def promised(orders: Orders, first: int, last: int) -> Iterator[tuple[int, Codes, Reals]]:
    """(day, its orders, P(delivered by day + 0..HORIZON-1)) for each day from `first` on, before `last`."""
    hand = _Stage(
        Learner(HANDLING, WorkingClock(SELLER_WEEK), orders.handling.numbers.shape[1], 0.0),
        orders.handling, orders.bought, orders.handed,
    )  # fmt: skip
    move = _Stage(
        Learner(TRANSIT, WorkingClock(CARRIER_WEEK), orders.transit.numbers.shape[1], 0.0),
        orders.transit, np.where(orders.handed < NEVER, orders.handed, 2 * NEVER), orders.delivered,
    )  # fmt: skip
    for day in range(1, last):
        hand.morning(day)
        move.morning(day)
        which = np.flatnonzero(orders.bought == day)
        if day >= first and len(which):
            yield day, which, _arrives(hand.learner, move.learner, orders, which, day)


def _arrives(hand: Learner, move: Learner, orders: Orders, which: Codes, day: int) -> Reals:
    """Handling, then transit, convolved on the days."""
    ages = np.arange(HORIZON, dtype=np.float64)
    leaving = orders.handling.take(which).left_at(np.full(len(which), day + 1.0))
    handed = np.diff(hand.gone(leaving, ages[:MOST_HANDLING]), axis=1, prepend=0.0)
    again = np.repeat(which, MOST_HANDLING)
    left = day + 1.0 + np.tile(ages[:MOST_HANDLING], len(which))
    took = move.gone(orders.transit.take(again).left_at(left), ages).reshape(len(which), MOST_HANDLING, HORIZON)
    said = np.zeros((len(which), HORIZON))
    for after in range(MOST_HANDLING):
        said[:, after:] += handed[:, after : after + 1] * took[:, after, : HORIZON - after]
    return said


def scored(orders: Orders, which: Codes) -> Flags:
    """Which of them have come at all: what the published figures of Olist's estimate are taken on."""
    return np.asarray(orders.delivered[which] < NEVER)
