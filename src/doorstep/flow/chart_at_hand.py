"""The process chart for a page: one that takes long is drawn beside, while the last one is shown with its hour.

What the chart counts lies in the whole journal: of a million orders it takes a minute. Nobody waits so long twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock, Thread
from weakref import WeakKeyDictionary

from doorstep.flow.look_chart import ChartView, process_chart
from doorstep.flow.office import Office
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.store import Store

PATIENCE = timedelta(seconds=2)  # who clicks looks on for so long; a chart that took longer is drawn beside
_ANEW_AFTER = timedelta(minutes=1)
_MOST_KEPT = 20
_Asked = tuple[datetime | None, str]  # since when, at which site


@dataclass(frozen=True, slots=True)
class ChartAtHand:
    """A chart, when it was drawn, and whether a newer one is being drawn."""

    view: ChartView
    drawn_at: datetime
    being_drawn: bool = False


@dataclass(slots=True)
class _Drawn:
    at_hand: ChartAtHand
    took: timedelta


@dataclass(slots=True)
class _Board:
    """The last chart of each question, and the questions of which one is being drawn."""

    drawn: dict[_Asked, _Drawn] = field(default_factory=dict)
    drawing: set[_Asked] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


_BOARDS: WeakKeyDictionary[Store, _Board] = WeakKeyDictionary()


def chart_at_hand(
    office: Office, since: datetime | None = None, site_id: str = "", patience: timedelta = PATIENCE
) -> ChartAtHand:
    """The chart as it is now where drawing it takes no longer than `patience`; else the last one, drawn anew beside
    once it is a minute old. The first look waits in any case."""
    asked = (since, site_id)
    board = _BOARDS.setdefault(office.store, _Board())
    known = board.drawn.get(asked)
    if known is None or known.took <= patience:
        return _draw(office, board, asked)
    if office.store.clock.now() - known.at_hand.drawn_at < _ANEW_AFTER:
        return known.at_hand
    with board.lock:
        begin = asked not in board.drawing
        board.drawing.add(asked)
    if begin:
        Thread(target=_draw_beside, args=(office, board, asked), name="doorstep-chart", daemon=True).start()
    return ChartAtHand(known.at_hand.view, known.at_hand.drawn_at, being_drawn=True)


def _draw(office: Office, board: _Board, asked: _Asked) -> ChartAtHand:
    since, site_id = asked
    begun = office.store.clock.now()
    at_hand = ChartAtHand(process_chart(office, since, None, site_id), begun)
    with board.lock:
        if len(board.drawn) >= _MOST_KEPT:
            board.drawn.clear()
        board.drawn[asked] = _Drawn(at_hand, office.store.clock.now() - begun)
    return at_hand


def _draw_beside(office: Office, board: _Board, asked: _Asked) -> None:
    try:
        _draw(office, board, asked)
    except DatabaseUnavailable:
        pass  # the next look asks again
    finally:
        with board.lock:
            board.drawing.discard(asked)
