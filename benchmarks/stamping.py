"""A life is folded once and stamped many times: rows as text for COPY, with marks where a copy has what is its own.

A template goes through the replay's own moments and the flow's own folds, alone. What it puts in rows of its own is
copied; what it adds to rows that it shares with others (balances and pools) is summed for all copies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from benchmarks.lives import ENDS
from doorstep.events.envelope import Entry, canonical, chain, digest, plain
from doorstep.flow.office import CLOCKWORK, Scribe
from doorstep.flow.replay.life import Life, World, Written
from doorstep.flow.score import scored_facts
from doorstep.goals.score import score
from doorstep.storage import journal, tables
from doorstep.storage.changes import Changes, Key, Row
from doorstep.storage.folds import fold
from doorstep.storage.jsonb import as_text
from doorstep.terms.calendar import Calendar
from doorstep.terms.clock import SystemClock, stamp
from doorstep.terms.ids import Ids, spelt, sscc
from doorstep.terms.order import Line

MARK = "####"  # stands for the number of a copy: in no id, no name and no JSON
_MARK = MARK.encode()
_BETWEEN = b"\x00"  # between the parts of a template, which are text
Columns = tuple[str, tuple[str, ...]]  # a table and those of its columns that are copied
SHARED = (tables.balance, tables.pool)
_ABANDONED_AFTER = timedelta(minutes=30)


class MarkedIds(Ids):
    """Ids of a template, each with the mark in it: the instant, the mark, a number of its own among all templates."""

    def __init__(self, at: datetime) -> None:
        super().__init__(SystemClock(), lambda _: 0)
        self.at = at
        self._made = 0

    def new(self, prefix: str) -> str:
        self._made += 1
        milliseconds = int(self.at.timestamp() * 1000)
        # 42 bits of milliseconds are the first eight letters and two bits, which the mark hides.
        return f"{prefix}_{spelt(milliseconds >> 2, 8)}{MARK}{spelt(self._made, 4)}"


class Folded(Changes):
    """The changes of one whole life, from its first fact on, as the rows they leave behind."""

    def own_rows(self) -> Iterator[tuple[Table, Row]]:
        """Whole rows that nobody else has a part in. ValueError where the life changes a row that it did not make."""
        if any(rows for gathered in (self._set, self._expect, self._remove) for rows in gathered.values()):
            raise ValueError("a life changes rows that it did not make")
        for gathered in (self._put, self._replace):
            for table, rows in gathered.items():
                yield from ((table, row) for row in rows.values())
        for table, created in self._create.items():
            if table not in SHARED:
                names = [column.name for column in table.primary_key]
                for key, row in created.items():
                    yield table, {**dict(zip(names, key, strict=True)), **row, **self._add[table].get(key, {})}

    def shared(self) -> Iterator[tuple[Table, Key, dict[str, int], Row | None]]:
        """What is added to rows of many lives: amounts, and what the row is made from where it is missing."""
        for table in SHARED:
            for key, amounts in self._add[table].items():
                yield table, key, amounts, self._create[table].get(key)


@dataclass(slots=True)
class Template:
    """One life, ready to be stamped: what a copy replaces, and where each event's id and digest go."""

    life: Life
    copies: int = 0
    events: int = 0
    numbers: list[bytes] = field(default_factory=list)  # of its parcels, each to be replaced by one of the copy's own
    parts: bytes = b""  # journal rows, their canonical bytes, what they touched, then the rows of each table of `order`
    order: list[Columns] = field(default_factory=list)
    touched_by: tuple[int, ...] = ()  # for each row of `touched`, which event of the life it belongs to
    shared: list[tuple[Table, Key, dict[str, int], Row | None]] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """What waits to be copied into each table, by the table and its columns."""

    rows: dict[Columns, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def put(self, table: Columns, text: bytes) -> None:
        self.rows[table].append(text)


JOURNAL = ("journal", tuple(column.name for column in tables.journal.columns))
SEALED = ("sealed", tuple(column.name for column in tables.sealed.columns))
TOUCHED = ("touched", ("object_type", "object_id", "qualifier", "event_id"))


def template(world: World, ids: MarkedIds, life: Life) -> Template:
    """Live the life and fold it, alone."""
    made = Template(life)
    folded, entries, rows = Folded(), [], defaultdict[Columns, list[bytes]](list)
    for at, written in _moments(ids, life):
        transaction = ids.new("tx")
        entries += [Entry(fact, at, transaction, position) for position, fact in enumerate(written.facts)]
        for person_ref, address in written.people.items():
            _put(rows, tables.person, {"person_ref": person_ref, "details": address})
        for carrier_id, message_id, raw in written.messages:
            about = {"carrier_id": carrier_id, "message_id": message_id, "received_at": at}
            _put(rows, tables.message, {**about, "raw": raw})
    for entry in entries:
        fold(entry, folded)
    for table, row in folded.own_rows():
        _put(rows, table, row)
    made.shared = list(folded.shared())
    made.events = len(entries)
    made.numbers = [parcel.sscc.encode() for parcel in life.parcels if parcel.sscc]
    made.order = list(rows)
    written_rows, touches, made.touched_by = _journal(entries)
    parts = [*written_rows, *(_canonical(entry) for entry in entries), touches]
    parts += [b"".join(texts) for texts in rows.values()]
    made.parts = _BETWEEN.join(parts)
    return made


def _moments(ids: MarkedIds, life: Life) -> Iterator[tuple[datetime, Written]]:
    """As the replay plays them; a checkout is abandoned after a while, and who waits in vain is told so."""
    at = life.told.placed_at
    for at, moment in life.moments():
        if moment == life.cancel:
            at += _ABANDONED_AFTER
        ids.at, written = at, Written()
        moment(written, at)
        yield at, written
    over = datetime.combine(life.window.last_day + timedelta(days=2), datetime.min.time(), ENDS.tzinfo)
    if not life.told.cancelled and life.told.delivered_at is None and over < ENDS:
        ids.at = over
        lines = [Line(line.line_no, line.item_id, line.quantity) for parcel in life.parcels for line in parcel.lines]
        window = life.window
        scored = score(lines, [], asked=None, first=window, agreed=window, destination=Calendar(), as_of=over)
        yield over, Written(scored_facts(Scribe(CLOCKWORK, over), life.order_id, scored))


def _canonical(entry: Entry) -> bytes:
    objects = [list(touch) for touch in entry.fact.body.touches()]
    return canonical(entry.header(), objects, plain(entry.fact.body))


def _journal(entries: Sequence[Entry]) -> tuple[list[bytes], bytes, tuple[int, ...]]:
    """What `journal.append` would write: rows without ids and digests, what they touched and by which row."""
    _, parameters, _ = journal.append(entries)
    *columns, digests = parameters[:-5]
    if [digest(_canonical(entry)) for entry in entries] != digests:
        raise ValueError("the journal takes its digests over other bytes")
    rows = [b"\t".join(map(_text, row)) for row in zip(*columns, strict=True)]
    number = {(entry.transaction, entry.position): no for no, entry in enumerate(entries)}
    touches, touched_by = [], []
    for transaction, position, *touch in zip(*parameters[-5:], strict=True):
        touches.append(b"\t".join(map(_text, touch)).replace(b"%", b"%%") + b"\t%d\n")
        touched_by.append(number[transaction, position])
    return rows, b"".join(touches), tuple(touched_by)


@dataclass(slots=True)
class Press:
    """Stamps copies one after another: serials, event ids and the chain of seals go on from where they are."""

    gs1_prefix: str
    serial: int
    event_id: int
    seq: int
    link: bytes

    def stamp(self, made: Template, number: int, sheet: Sheet) -> None:
        """The `number`th copy of a life on the sheet."""
        whole = made.parts.replace(_MARK, spelt(number, len(MARK)).encode())
        for old in made.numbers:
            whole = whole.replace(old, sscc(self.gs1_prefix, self.serial).encode())
            self.serial += 1
        parts = whole.split(_BETWEEN)
        events, first_id, seq, link = made.events, self.event_id, self.seq, self.link
        rows, seals = [], []
        for event_id, (row, told) in enumerate(zip(parts[:events], parts[events : 2 * events], strict=True), first_id):
            seq += 1
            told_digest = digest(told)
            link = chain(link, seq, event_id, told_digest)
            spelt_digest = told_digest.hex().encode()
            rows.append(b"%d\t%b\t\\\\x%b\n" % (event_id, row, spelt_digest))
            seals.append(b"%d\t%d\t\\\\x%b\t\\\\x%b\n" % (seq, event_id, spelt_digest, link.hex().encode()))
        self.event_id, self.seq, self.link = first_id + events, seq, link
        sheet.put(JOURNAL, b"".join(rows))
        sheet.put(SEALED, b"".join(seals))
        sheet.put(TOUCHED, parts[2 * events] % tuple([first_id + which for which in made.touched_by]))
        for table, text in zip(made.order, parts[2 * events + 1 :], strict=True):
            sheet.put(table, text)


def _put(rows: dict[Columns, list[bytes]], table: Table, row: Row) -> None:
    texts = []
    for name, value in row.items():
        told = as_text(value) if isinstance(table.c[name].type, JSONB) else value
        texts.append(_text(told))
    rows[table.name, tuple(row)].append(b"\t".join(texts) + b"\n")


def _text(value: Any) -> bytes:
    """A value in the text format of COPY; bytes as PostgreSQL's escape format, so that marks in them are seen."""
    if value is None:
        return b"\\N"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, datetime):
        return stamp(value).encode()
    if isinstance(value, date):
        return value.isoformat().encode()
    raw = value if isinstance(value, bytes) else str(value).encode()
    if isinstance(value, bytes):
        if not raw.isascii() or not raw.decode().isprintable():
            raise ValueError(f"{raw!r} would have to be escaped")
        raw = raw.replace(b"\\", b"\\\\")
    return raw.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
