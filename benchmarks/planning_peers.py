"""Run by the Python of another environment: HiGHS on the whole problem of sourcing, as one mixed integer program.

    python planning_peers.py GIVEN.npz SAID.npz SECONDS

GIVEN has the arrays of `Sourcing`. There is a binary for each shipment (order, site, service), one for each line in
each shipment that could take it, and one for each line that waits. Left out are shipments that cost no less than
another service's from the same site, whatever is in them. Costs are minor units. One thread; SECONDS are its limit.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import Any

import highspy
import numpy as np


def main(given: str, answer: str, seconds: str) -> None:
    q = dict(np.load(given))
    lp, shipment, choice = program(q)
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("time_limit", float(seconds)), ("random_seed", 1)):
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    begin, clock = time.process_time(), time.monotonic()
    solver.run()
    took, wall = time.process_time() - begin, time.monotonic() - clock
    info, line_site, service = solver.getInfo(), *told(q, shipment, choice, np.array(solver.getSolution().col_value))
    np.savez(
        answer, line_site=line_site, service=service, seconds=took, wall_seconds=wall,
        objective=info.objective_function_value, bound=info.mip_dual_bound, columns=lp.num_col_, rows=lp.num_row_,
        status=solver.modelStatusToString(solver.getModelStatus()), version=solver.version(),
        found=info.primal_solution_status == 2,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )  # fmt: skip


def program(q: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The program, the (order, site, service) of its first columns, and the (line, shipment's column) of the next."""
    fixed, per_kg, zone = q["fixed_minor"], q["per_kg_minor"], q["zone"]
    orders, sites, services = fixed.shape
    owner = np.repeat(np.arange(orders), np.diff(q["order_ptr"]))
    has = q["stock"][q["line_item"]] >= q["line_quantity"][:, None]  # (lines, sites)
    wanted = np.zeros((orders, sites), bool)
    np.logical_or.at(wanted, owner, has)
    rate = per_kg[:, zone].transpose(1, 2, 0)
    kept = np.broadcast_to(wanted[:, :, None], fixed.shape).copy()
    for v in range(services):
        for other in range(services):
            worse = (fixed[:, :, other] <= fixed[:, :, v]) & (rate[:, :, other] <= rate[:, :, v])
            same = (fixed[:, :, other] == fixed[:, :, v]) & (rate[:, :, other] == rate[:, :, v])
            kept[:, :, v] &= ~(worse & (~same | (other < v)))
    shipment = np.argwhere(kept)
    number = np.full(fixed.shape, -1)
    number[kept] = np.arange(len(shipment))
    line, site, service = np.nonzero(has[:, :, None] & kept[owner])
    sent = number[owner[line], site, service]
    lines, first, waits = len(owner), len(shipment), len(shipment) + len(line)
    kg = (q["item_mg"][q["line_item"]] * q["line_quantity"]) / 1e6
    cost = np.concatenate((
        fixed[kept], rate[owner[line], site, service] * kg[line] + q["unit_minor"][site] * q["line_quantity"][line],
        np.full(lines, int(q["backorder_minor"])),
    ))  # fmt: skip
    takes = first + np.arange(len(line))
    units, item = q["line_quantity"][line], q["line_item"][line]
    # Rows: each line once; lines only in shipments that are made; two shipments an order, one from a site; stock; room.
    blocks = [
        (np.concatenate((line, np.arange(lines))), np.concatenate((takes, waits + np.arange(lines))), 1.0, lines, 1, 1),
        (np.tile(np.arange(len(line)), 2), np.concatenate((takes, sent)), np.repeat([1.0, -1.0], len(line)), len(line),
         -np.inf, 0),
        (shipment[:, 0], np.arange(first), 1.0, orders, -np.inf, 2),
        (shipment[:, 0] * sites + shipment[:, 1], np.arange(first), 1.0, orders * sites, -np.inf, 1),
        (item * sites + site, takes, units, q["stock"].size, -np.inf, q["stock"].ravel()),
        (site, takes, units, sites, -np.inf, q["room"]),
    ]  # fmt: skip
    return _lp(cost, blocks), shipment, (line, sent)


def _lp(cost: Any, blocks: list[Any]) -> Any:
    row, column, value, lower, upper, rows = [], [], [], [], [], 0
    for at, of, much, count, low, high in blocks:
        row.append(at + rows)
        column.append(of)
        value.append(np.broadcast_to(np.asarray(much, float), at.shape))
        lower.append(np.broadcast_to(np.asarray(low, float), count))
        upper.append(np.broadcast_to(np.asarray(high, float), count))
        rows += count
    entry_row, entry_column, entry = (np.concatenate(parts) for parts in (row, column, value))
    turn = np.lexsort((entry_column, entry_row))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost.astype(float), np.zeros(len(cost)), np.ones(len(cost))
    lp.row_lower_, lp.row_upper_ = np.concatenate(lower), np.concatenate(upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(entry_row[turn], np.arange(rows + 1)).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = entry_column[turn].astype(np.int32), entry[turn]
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    return lp


def told(q: dict[str, Any], shipment: Any, choice: Any, values: Any) -> tuple[Any, Any]:
    """Each line's site, and each shipment's service where the shipment has a line."""
    line_site = np.full(len(q["line_item"]), -1)
    service = np.full(q["fixed_minor"].shape[:2], -1)
    if len(values):
        line, sent = choice
        taken = values[len(shipment) : len(shipment) + len(line)] > 0.5
        order, site, by = shipment[sent[taken]].T
        line_site[line[taken]] = site
        service[order, site] = by
    return line_site, service


if __name__ == "__main__":
    main(*sys.argv[1:])
