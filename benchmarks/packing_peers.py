"""Run by the Python of another environment: shop orders packed by packer3d, packvium and py3dbp, a few at a time.

Reads lines of JSON, first the cartons, then the peer's name with some orders, and answers each such line with the
seconds of the processor taken and what is in which carton. packer3d's engine is a program of its own: its processes
alone are counted, not the Python that starts them. py3dbp fills one carton only: which one, and what is left over,
an outer loop decides, as whoever uses it must write one.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

Filled = list[tuple[str, list[tuple[str, int, int, int, int, int, int]]]]
"""(carton, units as (line, near corner, turned size)) of each carton of an order."""
Peer = Callable[[Sequence[Any], Sequence[Any]], Filled]
TICKS = 16_000  # packvium's to a millimetre


def _packer3d(order: Sequence[Any], cartons: Sequence[Any]) -> Filled:
    from packer3d import Packer

    packer = Packer()
    for name, length, width, height, most_g, cost in cartons:
        packer.add_box(id=name, width=width, length=length, height=height, max_weight=most_g, cost=cost)
    for ref, length, width, height, weight_g, quantity in order:
        packer.add_item(
            id=ref, width=width, length=length, height=height, weight=weight_g, quantity=quantity, rotation="any"
        )
    packer.set_options(support_mode="contact")
    told = packer.pack()
    if told["unpacked"]:
        raise ValueError(f"packer3d leaves {len(told['unpacked'])} units over")
    return [(filled["type_id"], [_of_packer3d(unit) for unit in filled["items"]]) for filled in told["bins"]]


def _of_packer3d(unit: Any) -> tuple[str, int, int, int, int, int, int]:
    """It tells the middle of the base, across first, and the sides before it is turned about the vertical."""
    length, width = (unit["width"], unit["length"]) if unit["angle"] % 180 else (unit["length"], unit["width"])
    x, y = (round(middle - side / 2) for middle, side in ((unit["y"], length), (unit["x"], width)))
    return unit["id"], x, y, round(unit["z"]), length, width, unit["height"]


def _packvium(order: Sequence[Any], cartons: Sequence[Any]) -> Filled:
    from packvium import Container, Dimensions, Item, Packer, PackingConfig

    def size(*sides: int) -> Any:
        return Dimensions.mm(*map(str, sides))

    def whole(side: Any) -> int:
        return int(getattr(side, "ticks", side)) // TICKS

    told = Packer(PackingConfig.fast(time_limit_ms=60_000, objective="lowest_cost")).pack(
        items=[
            Item.create(ref, size(length, width, height), f"{weight_g} g", quantity=quantity)
            for ref, length, width, height, weight_g, quantity in order
        ],
        containers=[
            Container.create(name, size(length, width, height), max_payload=f"{most_g} g", cost_minor=cost)
            for name, length, width, height, most_g, cost in cartons
        ],
    )
    if told.unpacked:
        raise ValueError(f"packvium leaves {len(told.unpacked)} units over")
    return [
        (
            filled.container.id,
            [
                (
                    unit.instance.item.id,
                    *(whole(side) for side in (unit.position.x, unit.position.y, unit.position.z)),
                    *(whole(side) for side in (unit.dimensions.length, unit.dimensions.width, unit.dimensions.height)),
                )
                for unit in filled.placements
            ],
        )
        for filled in told.containers
    ]


def _py3dbp(order: Sequence[Any], cartons: Sequence[Any]) -> Filled:
    """The cheapest carton that takes all, else the one that takes most volume for its cost, and on with the rest."""
    from py3dbp import Bin, Item, Packer

    def fill(carton: Any, units: Sequence[Any]) -> Any:
        name, length, width, height, most_g, _ = carton
        packer = Packer()
        packer.add_bin(Bin(name, length, width, height, most_g))
        for ref, *sides, weight_g in units:
            packer.add_item(Item(ref, *sides, weight_g))
        packer.pack(bigger_first=True)
        return packer.bins[0]

    units = [(ref, *sides, weight_g) for ref, *sides, weight_g, quantity in order for _ in range(quantity)]
    done: Filled = []
    while units:
        volume = sum(a * b * c for _, a, b, c, _ in units)
        best, best_held, best_cost = None, 0, 1
        for carton in sorted(cartons, key=lambda each: each[5]):
            filled = fill(carton, units)
            if not filled.items:
                continue
            held = sum(int(item.width * item.height * item.depth) for item in filled.items)
            if not filled.unfitted_items:
                best = filled
                break
            if best is None or held * best_cost > best_held * carton[5]:
                best, best_held, best_cost = filled, held, carton[5]
        if best is None:
            raise ValueError(f"py3dbp puts none of {volume} mm3 into any carton")
        done.append((best.name, [(i.name, *map(int, i.position), *map(int, i.get_dimension())) for i in best.items]))
        for item in best.items:
            units.remove(next(unit for unit in units if unit[0] == item.name))
    return done


PEERS: dict[str, Peer] = {"packer3d": _packer3d, "packvium": _packvium, "py3dbp": _py3dbp}


def _seconds(of_children: bool) -> float:
    if not of_children:
        return time.process_time()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    cartons = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        name, orders = json.loads(line)
        begin = _seconds(name == "packer3d")
        filled = [PEERS[name](order, cartons) for order in orders]
        print(json.dumps([_seconds(name == "packer3d") - begin, filled]), flush=True)


if __name__ == "__main__":
    main()
