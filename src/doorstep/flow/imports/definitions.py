"""What all imports of master data share: a row is merged into what is known, compared, defined, or taken back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.events.envelope import Body
from doorstep.events.imports import Effect
from doorstep.events.master import MasterWithdrawn
from doorstep.flow.imports.built import built_on, named_since
from doorstep.flow.imports.compare import differences, merged
from doorstep.flow.imports.values import BuiltOn, Given, Judged, Work, changed, created, refused, same
from doorstep.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Known:
    """A definition as it stands: as a value of the rows that speak of it, and as the journal keeps it."""

    value: Any
    kept: dict[str, Any]


class Definitions(ABC):
    """One kind of master data. `object_type` is its name in the journal."""

    object_type: str
    chunk = 500

    @abstractmethod
    def name_of(self, value: Any) -> str:
        """What names the thing."""

    @abstractmethod
    def known(self, tx: Transaction, values: Sequence[Any]) -> dict[str, Known]:
        """The things of these values that are defined, by name."""

    @abstractmethod
    def wrong(self, work: Work, value: Any, mine: Known | None) -> str:
        """Why the value cannot stand; '' where it can. `mine` is what it was."""

    @abstractmethod
    def define(self, work: Work, value: Any, mine: Known | None) -> Known:
        """Record the definition; what is known afterwards."""

    @abstractmethod
    def restored(self, object_id: str, kept: Mapping[str, Any]) -> Body:
        """The fact that gives a thing the definition back that was kept."""

    def used(self, tx: Transaction, created: Collection[str], with_them: Collection[str]) -> dict[str, str]:
        """What stands on created things by the views, but for the things taken back with them: {name: sentence}."""
        return {}

    def order_of_work(self, rows: Sequence[Given]) -> Sequence[Given]:
        """The rows in the order in which they are to be judged."""
        return rows

    def persons(self, tx: Transaction, names: Collection[str]) -> dict[str, str]:
        """Under which reference the personal data of each thing lies, where this kind has any."""
        return {}

    def book(self, work: Work, rows: Sequence[Given]) -> list[Judged]:
        known = self.known(work.tx, [given.value for given in rows])
        return [self._judge(work, given, known) for given in self.order_of_work(rows)]

    def _judge(self, work: Work, given: Given, known: dict[str, Known]) -> Judged:
        name = self.name_of(given.value)
        mine = known.get(name)
        value = merged(mine.value, given.value, given.told) if mine else given.value
        found = differences(mine.value, value) if mine else []
        if mine and not found:
            return same(given, name)
        if wrong := self.wrong(work, value, mine):
            return refused(given, wrong, name)
        known[name] = self.define(work, value, mine)
        if mine is None:
            return created(given, self.object_type, name)
        return changed(given, self.object_type, name, found, mine.kept)

    def take_back(self, work: Work, made_id: int, effects: Sequence[Effect]) -> list[BuiltOn]:
        """Take back the effects, newest first; where anything stands on one of them, say what, and record nothing."""
        names = {effect.object_id for effect in effects}
        new = {effect.object_id for effect in effects if effect.before is None}
        since = named_since(work, made_id, self.object_type, names)
        stands = built_on(effects, since, f"{self.object_type.capitalize()} {{name}} was {{how}} since.")
        stands += built_on(effects, self.used(work.tx, new, names), "{how}")
        if stands:
            return stands
        persons = self.persons(work.tx, names)
        for effect in effects:
            name, kept = effect.object_id, effect.before
            body = MasterWithdrawn(self.object_type, name) if kept is None else self.restored(name, kept)
            work.record(body)
            before = kept.get("person_ref", "") if kept else ""
            if persons.get(name, "") not in ("", before):
                work.forgotten.append(persons[name])
            persons[name] = before
        return []
