"""A company and the world around it, as its folder tells: who buys, who works, who is late, what goes wrong."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter

from doorstep.intake.company import CompanyIn
from doorstep.intake.company_folder import read_company_folder
from doorstep.intake.orders import Id, Strict
from doorstep.intake.problems import read
from doorstep.terms.refusals import Refusal
from doorstep.twin.crew import Pace
from doorstep.twin.faults import Fault
from doorstep.twin.market import MarketIn
from doorstep.twin.suppliers import Late


class CrewIn(Strict):
    """Who works at a site, how fast, and how many orders they get done in a day at most (0: as many as there are)."""

    site_id: Id
    pickers: Annotated[list[str], Field(min_length=1)]
    packers: Annotated[list[str], Field(min_length=1)]
    pace: Pace = Pace()
    a_day: Annotated[int, Field(ge=0)] = 0


class WorldIn(MarketIn):
    """`world.toml`: the market with everybody else in it. Parts per million wherever something happens by chance."""

    begins_at: datetime
    days: Annotated[int, Field(ge=1)]
    web_kind: Id
    crews: list[CrewIn]
    late: list[Late] = Field(default_factory=list)
    counts_a_night: Annotated[int, Field(ge=0)] = 0
    count_differences: Annotated[list[int], Field(min_length=1)] = Field(default=[0])
    faults_ppm: dict[Fault, int] = Field(default_factory=dict)
    trouble_ppm: dict[str, int] = Field(default_factory=dict)

    @property
    def lateness(self) -> dict[str, Late]:
        return {late.supplier_id: late for late in self.late}


_WORLD: TypeAdapter[WorldIn] = TypeAdapter(WorldIn)


@dataclass(frozen=True, slots=True)
class Setting:
    """A company and its world."""

    company: CompanyIn
    world: WorldIn

    @property
    def begins_at(self) -> datetime:
        return self.world.begins_at

    @property
    def ends_at(self) -> datetime:
        return self.world.begins_at + timedelta(days=self.world.days)

    @property
    def zone(self) -> ZoneInfo:
        """Where its first site is: whose days and hours people are told."""
        return ZoneInfo(self.company.sites[0].calendar.zone)


def read_setting(folder: Path) -> Setting | Refusal:
    """The setting in a folder: a company's files, `world.toml` and `wishes.csv`."""
    company = read_company_folder(folder)
    if isinstance(company, Refusal):
        return company
    raw = tomllib.loads((folder / "world.toml").read_text(encoding="utf-8"))
    wishes = _wishes(folder / "wishes.csv")
    for buyer in raw.get("buyers", ()):
        buyer["wishes"] = wishes[buyer.get("kind", "")]
    world = read(_WORLD, raw)
    if isinstance(world, Refusal):
        return replace(world, says=f"{folder / 'world.toml'}: {world.says}")
    return Setting(company, world)


def _wishes(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Who wants which item, by kind of buyer: columns kind, item_id, weight, least, most."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found[row["kind"]].append(
                {"item_id": row["item_id"], **{name: int(row[name]) for name in ("weight", "least", "most")}}
            )
    return found
