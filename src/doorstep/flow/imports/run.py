"""Running an import: rows go in by chunks, one transaction each, and an import that was killed goes on where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from doorstep.events.imports import ImportMade
from doorstep.flow.imports.families import FAMILIES, Family
from doorstep.flow.imports.values import CameBack, Earlier, Given, Judged, Kind, Unread, Verdict, Work, cause_of
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

Rows = Callable[[], Iterable[Given | Unread]]


@dataclass(frozen=True, slots=True)
class About:
    """Which file it is: its name, and the SHA-256, in hexadecimal, of its bytes and of the text of its map."""

    file: str
    file_digest: str
    map_digest: str = ""


@dataclass(slots=True)
class Imported:
    """What an import came to. `import_id` is '' where nothing was recorded. Good rows are created, changed or same.

    `changes` and `problems` are the first so many; `resumed` where an import that had been killed went on.
    """

    kind: Kind
    import_id: str = ""
    dry_run: bool = False
    resumed: bool = False
    good: int = 0
    bad: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    parked: int = 0
    changes: list[Judged] = field(default_factory=list)
    problems: list[CameBack] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.good + self.bad


@dataclass(frozen=True, slots=True)
class Turned:
    """A row of a chunk that was refused, by its number in the chunk."""

    number: int
    says: str


@dataclass(frozen=True, slots=True)
class ChunkDone:
    """What a chunk came to, as it is kept under its key."""

    recorded: bool
    created: int
    changed: int
    same: int
    parked: int
    refused: tuple[Turned, ...]


@dataclass(slots=True)
class _Chunk:
    """Rows to be booked in one transaction; `unread` rows came with them, `last` ends the file."""

    rows: list[Given]
    first: int
    last: bool
    unread: int


def run_import(
    office: Office,
    who: Who,
    kind: Kind,
    rows: Rows,
    about: About,
    *,
    dry_run: bool = False,
    at_most: int = 20,
    came_back: Callable[[CameBack], None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
    chunk: int = 0,
    again: bool = False,
) -> Imported | Refusal:
    """Book every good row; what cannot be booked comes back. The same file again books nothing; of a statement of stock
    the rows come back where units moved since it was imported, unless they are to be counted `again`.

    `rows()` reads the file from its beginning. `came_back` is told each row that was not booked, in a real run only;
    `progress` how many rows are done. A dry run does all of it in one transaction and rolls it back. Whatever ends a
    real run early, the same file started again goes on behind the last chunk that was booked.
    """
    run = _Run(office, who, kind, about, at_most, came_back, progress, chunk, again)
    return run.dry(rows) if dry_run else run.real(rows)


@dataclass
class _Run:
    """One import at work."""

    office: Office
    who: Who
    kind: Kind
    about: About
    at_most: int
    came_back: Callable[[CameBack], None]
    progress: Callable[[int], None]
    size: int
    again: bool

    def __post_init__(self) -> None:
        self.family: Family = FAMILIES[self.kind]()
        self.size = self.size or self.family.chunk
        self.import_id = ""
        self.began = False  # whether a fact of this import is written
        self.told = Imported(self.kind)
        self.carried: Counter[str] = Counter()  # rows since the last fact
        self.judged: list[Judged] = []
        self.earlier: Earlier | None = None

    def real(self, rows: Rows) -> Imported | Refusal:
        self._begin()
        for chunk in self._chunks(rows()):
            answer = self.office.store.run(
                partial(self._book, chunk=chunk),
                answers=ChunkDone,
                key=f"import/{self.import_id}/{chunk.first}-{chunk.first + len(chunk.rows)}{'.' * chunk.last}",
                request=[self.kind, self.about.file_digest, chunk.first],
                worth_keeping=lambda done: done.recorded,
            )
            if isinstance(answer, Refusal):
                return answer
            self._done(chunk, answer)
        self.told.import_id = self.import_id if self.began else ""
        return self.told

    def dry(self, rows: Rows) -> Imported | Refusal:
        def step(tx: Transaction) -> Imported:
            self.__post_init__()
            self.import_id = self.office.ids.new("imp")
            self.told.dry_run, self.came_back = True, lambda _: None
            company_of(tx)
            self.earlier = self._earlier(tx)
            for chunk in self._chunks(rows()):
                done = self._book(tx, chunk)
                if isinstance(done, ChunkDone):
                    self._done(chunk, done)
                tx.flush()
            return self.told

        return self.office.store.run(step, dry_run=True)

    def _begin(self) -> None:
        """A new import, or the one of this very file that never came to its end."""
        with self.office.store.reading() as tx:
            company_of(tx)
            row = tx.one(
                "SELECT import_id FROM imports WHERE kind = %s AND file_digest = %s AND map_digest = %s "
                "AND ended_at IS NULL AND undone_at IS NULL ORDER BY made_at DESC LIMIT 1",
                str(self.kind),
                self.about.file_digest,
                self.about.map_digest,
            )
            self.earlier = self._earlier(tx)
        self.import_id = row.import_id if row else self.office.ids.new("imp")
        self.began = self.told.resumed = row is not None

    def _earlier(self, tx: Transaction) -> Earlier | None:
        if self.again or self.kind is not Kind.STOCK:
            return None
        row = tx.one(
            "SELECT i.import_id, max(t.event_id) AS made_id FROM imports i "
            "JOIN touched t ON t.object_type = 'import' AND t.object_id = i.import_id AND t.qualifier = 'made' "
            "WHERE i.kind = %s AND i.file_digest = %s AND i.map_digest = %s AND i.ended_at IS NOT NULL "
            "AND i.undone_at IS NULL GROUP BY i.import_id ORDER BY made_id DESC LIMIT 1",
            str(self.kind),
            self.about.file_digest,
            self.about.map_digest,
        )
        return Earlier(row.import_id, row.made_id) if row else None

    def _chunks(self, rows: Iterable[Given | Unread]) -> Iterator[_Chunk]:
        """Rows by the chunk, the same ones each time a file is read. Holds one chunk and the row after it."""
        chunk = _Chunk([], 0, False, 0)
        for row in rows:
            if isinstance(row, Unread):
                chunk.unread += 1
                self._back(CameBack(row.line, row.column, row.says, row.source))
                continue
            if len(chunk.rows) == self.size:
                yield chunk
                chunk = _Chunk([], chunk.first + self.size, False, 0)
            chunk.rows.append(replace(row, number=len(chunk.rows)))
        chunk.last = True
        if chunk.rows or chunk.unread:
            yield chunk

    def _book(self, tx: Transaction, chunk: _Chunk) -> ChunkDone | Refusal:
        if self.began and not self.told.dry_run:
            row = tx.one("SELECT undone_at FROM imports WHERE import_id = %s FOR UPDATE", self.import_id)
            if row and row.undone_at:
                says = f"Import {self.import_id} was taken back while it ran: start it again."
                return Refusal(Why.WRONG_STATE, says, {"import_id": self.import_id})
        scribe = Scribe(self.who, tx.now, cause_of(self.import_id))
        work = Work(self.office, tx, scribe, self.import_id, self.earlier)
        self.judged = self.family.book(work, chunk.rows) if chunk.rows else []
        counts = Counter(judged.verdict for judged in self.judged)
        effects = tuple(judged.effect for judged in self.judged if judged.effect)
        recorded = bool(effects) or (chunk.last and self.began)
        if recorded:
            work.record(self._made(chunk, counts, effects))
        return ChunkDone(
            recorded,
            counts[Verdict.CREATED],
            counts[Verdict.CHANGED],
            counts[Verdict.SAME],
            sum(judged.note.startswith("parked") for judged in self.judged),
            tuple(
                Turned(judged.given.number, judged.says) for judged in self.judged if judged.verdict is Verdict.REFUSED
            ),
        )

    def _made(self, chunk: _Chunk, counts: Counter[Verdict], effects: Sequence[object]) -> ImportMade:
        more: Counter[str] = Counter({str(verdict): count for verdict, count in counts.items()})
        more["refused"] += chunk.unread
        sums = self.carried + more
        return ImportMade(
            import_id=self.import_id,
            kind=str(self.kind),
            file=self.about.file,
            file_digest=self.about.file_digest,
            map_digest=self.about.map_digest,
            good=sums["created"] + sums["changed"] + sums["same"],
            bad=sums["refused"],
            created=sums["created"],
            changed=sums["changed"],
            same=sums["same"],
            effects=effects,  # type: ignore[arg-type]
            last=chunk.last,
        )

    def _done(self, chunk: _Chunk, done: ChunkDone) -> None:
        """The chunk is booked, now or before: tell it, and carry its counts to the next fact where none was written."""
        told = self.told
        told.good += done.created + done.changed + done.same
        told.bad += len(done.refused)
        told.created, told.changed = told.created + done.created, told.changed + done.changed
        told.same, told.parked = told.same + done.same, told.parked + done.parked
        if done.recorded:
            self.began = True
            self.carried.clear()
        else:
            counts = {"created": done.created, "changed": done.changed, "same": done.same}
            self.carried.update({**counts, "refused": len(done.refused) + chunk.unread})
        for turned in done.refused:
            given = chunk.rows[turned.number]
            self._back(CameBack(given.line, "", turned.says, given.source), counted=True)
        room = self.at_most - len(told.changes)
        told.changes += [one for one in self.judged if one.verdict is Verdict.CHANGED or one.note][: max(room, 0)]
        self.judged = []
        self.progress(told.rows)

    def _back(self, row: CameBack, *, counted: bool = False) -> None:
        if not counted:
            self.told.bad += 1
        if len(self.told.problems) < self.at_most:
            self.told.problems.append(row)
        self.came_back(row)
