"""Where a verb works: the office it opened, who acts, under which key, and how its answer is shown."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from doorstep.cli.failures import granted
from doorstep.cli.output import console, put, say_json
from doorstep.terms.clock import Clock, SystemClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_site import SiteView
    from doorstep.flow.office import Office, Who

T = TypeVar("T")
NO_COMPANY = "No company is set up here yet. Try the corner shop: doorstep load examples/corner_shop.toml"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a verb finds around it: settings, time of day, chance. Whoever knows better hands it in as Typer's `obj`."""

    environ: Mapping[str, str]
    clock: Clock
    ids: Ids


def surroundings_of(context: typer.Context) -> Surroundings:
    given = context.find_object(Surroundings)
    if given is not None:
        return given
    clock = SystemClock()
    return Surroundings(os.environ, clock, Ids.secret(clock))


def user() -> str:
    """Whom the operating system takes us for; a number where it knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@dataclass(frozen=True, slots=True)
class Desk:
    """One verb at work. `key` is the one given, else a new one."""

    office: Office
    who: Who
    key: str
    as_json: bool

    def granted(self, told: T | Refusal, where: str = "") -> T:
        """The answer; Refused where it is a no."""
        return granted(told, where, as_json=self.as_json)

    def show(self, value: Any, page: Callable[[], Part | Iterable[Part]]) -> None:
        """The value for programs, or the page made of it for people."""
        if self.as_json:
            say_json(value)
        else:
            put(console(), page())

    def sites(self) -> Mapping[str, SiteView]:
        from doorstep.flow import look_site

        return {site.site_id: site for site in look_site.sites(self.office)}

    def currency(self) -> str:
        """The company's currency."""
        from doorstep.flow.office import company_of

        with self.office.store.reading() as tx:
            return company_of(tx).currency

    def zone(self, site_id: str = "") -> str:
        """The time zone of a site; of the company's first one where the site is not known or none is named."""
        sites = self.sites()
        site = sites.get(site_id) or next(iter(sites.values()), None)
        return site.zone if site else "UTC"


@contextmanager
def opened(
    context: typer.Context,
    *,
    acting: str = "",
    key: str | None = None,
    repeats: bool = False,
    as_json: bool = False,
) -> Iterator[Desk]:
    """A desk in the office that the settings name. `key` '' makes a new one; None is for verbs that need none.

    Where the database goes away in the middle of a verb with a key, its user is told how to ask again; `repeats` where
    the same words give the same key.
    """
    from doorstep.flow.office import Who
    from doorstep.flow.open import open_office
    from doorstep.storage.database_errors import DatabaseUnavailable

    around = surroundings_of(context)
    with open_office(around.environ, around.clock, around.ids, pool_size=2) as office:
        desk = Desk(office, Who(acting or user()), key or around.ids.new("cli"), as_json)
        try:
            yield desk
        except DatabaseUnavailable as gone:
            if key is not None:
                again = "Ask again as you did" if repeats else f"Ask again with --key {desk.key}"
                gone.add_note(f"Whether it was done is not known. {again}: nothing is done twice.")
            raise
