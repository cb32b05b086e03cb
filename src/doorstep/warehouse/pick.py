"""What a confirmed pick comes to: goods on the pack bench, or too few of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doorstep.events.fulfilment import PickTask
from doorstep.events.stock import Move
from doorstep.terms.item import Tracking
from doorstep.terms.places import LOST
from doorstep.terms.refusals import Refusal, Why


def confirm_pick(
    task: PickTask,
    found: int,
    serials: Sequence[str],
    tracking: Tracking,
    where: Mapping[str, str],
    bench: str,
) -> tuple[Move, ...] | Refusal:
    """The moves of a pick of `found` units; `where` tells the place of each serial that is known.

    Fewer than wanted is a short pick and no refusal; more is one, and so is a serial that is not in the task's bin.
    """
    concerns: dict[str, str | int] = {"task_id": task.task_id, "found": found, "wanted": task.quantity}
    if not 0 <= found <= task.quantity:
        says = f"The task is for {task.quantity}; {found} cannot have been picked for it."
        return Refusal(Why.BAD_QUANTITY, says, concerns)
    if tracking is not Tracking.SERIAL and serials:
        return Refusal(Why.BAD_SERIAL, f"{task.item_id} is not tracked by serial: name none.", concerns)
    if tracking is Tracking.SERIAL:
        if len(set(serials)) != found or len(serials) != found:
            says = f"{task.item_id} is tracked by serial: name each of the {found} picked once."
            return Refusal(Why.BAD_SERIAL, says, concerns)
        strange = [serial for serial in serials if where.get(serial) != task.place_id]
        if strange:
            says = (
                f"Serial {strange[0]} of {task.item_id} is not in {task.place_id} ({where.get(strange[0], 'unknown')})."
            )
            return Refusal(Why.BAD_SERIAL, says, {**concerns, "serial": strange[0]})
    if found == 0:
        return ()
    return (Move(task.item_id, found, task.place_id, bench, task.lot, tuple(serials)),)


def missing(task: PickTask, short: int, tracking: Tracking) -> tuple[Move, ...]:
    """The move that takes units nobody found off the books of their bin; a count that finds them books them back.

    Units known one by one stay: which of them is missing only a count can tell.
    """
    if not short or tracking is Tracking.SERIAL:
        return ()
    return (Move(task.item_id, short, task.place_id, LOST, task.lot),)
