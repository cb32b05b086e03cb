"""Stock: a statement of what stands in a bin, booked as the count that it is.

How right the books are it does not tell: of what agrees with them nothing is booked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from doorstep.events.envelope import plain
from doorstep.events.imports import Effect
from doorstep.flow.count import Counted, Seen, count_within, judge_count
from doorstep.flow.imports.built import moved_since
from doorstep.flow.imports.compare import Difference, differences
from doorstep.flow.imports.values import BuiltOn, Given, Judged, Verdict, Work, refused, same
from doorstep.intake.values import StockRow
from doorstep.storage.queries import stock
from doorstep.storage.transaction import Transaction
from doorstep.terms.places import kind_of, site_of
from doorstep.terms.refusals import Refusal, Why


class Counts:
    """What a file says to stand in bins. Bins and items that it does not name stay as they are."""

    chunk = 200

    def book(self, work: Work, rows: Sequence[Given]) -> list[Judged]:
        return [self._book(work, given) for given in rows]

    def _book(self, work: Work, given: Given) -> Judged:
        row: StockRow = given.value
        told = Seen(row.place_id, row.item_id, row.quantity, row.lot, row.serials, row.expires_on)
        name = " ".join(filter(None, (row.place_id, row.item_id, row.lot)))
        if refusal := judge_count(work.tx, told):
            return refused(given, refusal, name)
        before = standing(work.tx, row.place_id, row.item_id, row.lot)
        found = differences(before, _as_told(told, before))
        if not found:
            return same(given, name)
        if says := _moved_since_the_file(work, row):
            return refused(given, says, name)
        counted = count_to(work, told, before)
        if isinstance(counted, Refusal):
            return refused(given, counted, name)
        verdict = Verdict.CHANGED if before.counted else Verdict.CREATED
        effect = Effect(given.line, "stock", name, {**plain(before), "serials": sorted(before.serials)})
        note = f"{len(counted.orders_to_replan)} orders are planned again" if counted.orders_to_replan else ""
        shown: tuple[Difference, ...] = tuple(found) if before.counted else ()
        return Judged(given, verdict, name, shown, note=note, effect=effect)

    def take_back(self, work: Work, made_id: int, effects: Sequence[Effect]) -> list[BuiltOn]:
        """Count each bin back to what stood there, newest first; where units moved or are held since, say so."""
        stands: list[BuiltOn] = []
        for effect in effects:
            if effect.before is None:
                continue
            before = _seen(effect.before)
            if says := self._stands(work, made_id, before):
                stands.append(BuiltOn(effect.line, effect.object_id, says))
                continue
            now = standing(work.tx, before.place_id, before.item_id, before.lot)
            if before == now:
                continue
            told = count_to(work, before, now)
            if isinstance(told, Refusal):
                stands.append(BuiltOn(effect.line, effect.object_id, told.says))
        return stands

    def _stands(self, work: Work, made_id: int, before: Seen) -> str:
        place_id, item_id, lot = before.place_id, before.item_id, before.lot
        if moved_since(work, made_id, place_id, item_id, lot):
            return f"{item_id} came into {place_id} or left it since."
        bin_row, pool = (
            stock.balance(work.tx, place_id, item_id, lot),
            stock.pool(work.tx, site_of(place_id), item_id, lot),
        )
        fewer = bin_row.on_hand - before.counted if bin_row else 0
        if fewer > 0 and (bin_row.on_hand - bin_row.held < fewer or pool.on_hand - pool.held < fewer):
            holder = stock.holds_at_site(work.tx, site_of(place_id), item_id, lot)[0]
            return f"{item_id} in {place_id} is held for order {holder.order_id}."
        return ""


def _moved_since_the_file(work: Work, row: StockRow) -> str:
    """Why a row of a file that was imported before is not counted again; '' where nothing moved there since."""
    earlier = work.earlier
    if earlier is None or not moved_since(work, earlier.made_id, row.place_id, row.item_id, row.lot):
        return ""
    return (
        f"This very file was imported before ({earlier.import_id}), and {row.item_id} came into {row.place_id} or left "
        "it since: what the file says is no longer so. Bring a newer one; --again books this one as a count of today."
    )


def standing(tx: Transaction, place_id: str, item_id: str, lot: str) -> Seen:
    """What by the books stands in a bin."""
    row = tx.one(
        "SELECT on_hand FROM balance WHERE place_id = %s AND item_id = %s AND lot = %s", place_id, item_id, lot
    )
    known = tx.one("SELECT expires_on FROM lot WHERE item_id = %s AND lot = %s", item_id, lot) if lot else None
    units = tx.rows("SELECT serial FROM unit WHERE place_id = %s AND item_id = %s ORDER BY serial", place_id, item_id)
    serials = tuple(unit.serial for unit in units)
    return Seen(place_id, item_id, row.on_hand if row else 0, lot, serials, known.expires_on if known else None)


def _as_told(told: Seen, before: Seen) -> Seen:
    """What is told, in the spelling of the books: serials sorted, the lot's last day where none is told."""
    return Seen(
        *(told.place_id, told.item_id, told.counted, told.lot, tuple(sorted(told.serials))),
        told.expires_on or before.expires_on,
    )


def count_to(work: Work, told: Seen, before: Seen) -> Counted | Refusal:
    """Book the count; where some serials are gone and others new, first those that are gone."""
    new = sorted(set(told.serials) - set(before.serials))
    kept = tuple(serial for serial in told.serials if serial not in new)
    for serial, unit in stock.serials_known(work.tx, told.item_id, new).items() if new else ():
        if kind_of(unit.place_id).physical:
            says = f"By the books serial {serial} of {told.item_id} is in {unit.place_id}: count it gone there first."
            return Refusal(Why.BAD_SERIAL, says, {"serial": serial, "place_id": unit.place_id})
    if new and len(kept) < len(before.serials):
        first = count_within(
            *(work.office, work.tx, work.scribe),
            Seen(told.place_id, told.item_id, len(kept), told.lot, kept, looked=False),
        )
        if isinstance(first, Refusal):
            return first
        work.tx.flush()
    counted = count_within(work.office, work.tx, work.scribe, replace(told, looked=False))
    work.tx.flush()
    return counted


def _seen(kept: Mapping[str, Any]) -> Seen:
    expires_on = date.fromisoformat(kept["expires_on"]) if kept["expires_on"] else None
    serials = tuple(kept["serials"])
    return Seen(kept["place_id"], kept["item_id"], kept["counted"], kept["lot"], serials, expires_on)
