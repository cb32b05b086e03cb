"""What a company's own files forbid: bans of law, company and carriers, embargoes, and parties nobody may send to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Ban:
    """A rule of law, company or carrier, as data: an embargo, what a carrier will not take.

    It bans what matches all that it names; what is empty matches all. `hazard` '2' covers 2.1, 2.2 and 2.3 as well;
    `postcode` is how a postcode begins; `by_air` None: by air and by road. `licence` bans goods that need one of this
    kind, such as `alcohol`. It holds from `first_day` to `last_day`, both included. `do` says what would be legal.
    """

    rule: str
    says: str
    country: str = ""
    hazard: str = ""
    carrier_id: str = ""
    item_id: str = ""
    do: str = ""
    postcode: str = ""
    service_id: str = ""
    un_number: str = ""
    licence: str = ""
    by_air: bool | None = None
    abroad: bool = False  # of what leaves the country that it is sent from
    first_day: date | None = None
    last_day: date | None = None

    @property
    def of_destination(self) -> bool:
        """Whether it bans whatever the goods are."""
        return not (self.hazard or self.item_id or self.un_number or self.licence)


@dataclass(frozen=True, slots=True)
class DeniedParty:
    """Somebody nobody may send to, by all names that the list knows; `countries` are where it is known to be."""

    entry_id: str
    names: tuple[str, ...]
    countries: tuple[str, ...] = ()
    programme: str = ""


@dataclass(frozen=True, slots=True)
class RuleList:
    """A file of bans or of denied parties, as it was on the day `dated`; `source` says who publishes it."""

    list_id: str
    source: str
    dated: date
    bans: tuple[Ban, ...] = ()
    parties: tuple[DeniedParty, ...] = ()


@dataclass(frozen=True, slots=True)
class Screening:
    """How alike two names must be to stop a parcel, in millionths; what is less alike is not told at all."""

    threshold_ppm: int = 850_000

    def __post_init__(self) -> None:
        if not 500_000 <= self.threshold_ppm <= 1_000_000:
            raise ValueError(f"names that are alike by {self.threshold_ppm} ppm: say 500,000 to 1,000,000")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a person found of a customer that looks like an entry of a list: cleared, or it is them."""

    customer_id: str
    list_id: str
    entry_id: str
    cleared: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A name that looks like an entry of a list: how much (millionths), and which words were taken for which."""

    list_id: str
    entry_id: str
    listed: str
    asked: str
    alike_ppm: int
    pairs: tuple[tuple[str, str], ...] = ()
    programme: str = ""

    @property
    def ref(self) -> str:
        return f"{self.list_id}/{self.entry_id}"


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """All lists that hold. One is itself alone: what is kept of fifty thousand names is found without reading them."""

    lists: tuple[RuleList, ...] = ()
    screening: Screening = field(default_factory=Screening)

    @property
    def bans(self) -> Iterable[tuple[RuleList, Ban]]:
        return ((each, ban) for each in self.lists for ban in each.bans)
