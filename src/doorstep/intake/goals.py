"""Goals as people write them, in TOML or JSON: shares in per cent, exactly; unknown names are told, not ignored.

A share is a text such as "97.5", or a whole number. A bare 97.5 is refused: it would be read as a binary fraction,
which is near what was meant and not the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, WithJsonSchema, model_validator

from doorstep.intake.orders import Strict
from doorstep.intake.problems import read
from doorstep.terms.goals import ClassGoals, Goals, Reserve, Rule, Scarcity, SiteLimit, SupplyGoals, Weights
from doorstep.terms.order import Preference
from doorstep.terms.refusals import Refusal

_PER_CENT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,4})?")
_ONE_PPM = 4  # decimals of a per cent


def per_cent(ppm: int) -> str:
    """Parts per million as per cent, exactly: `97.5`."""
    whole, rest = divmod(ppm, 10**_ONE_PPM)
    return f"{whole}.{rest:0{_ONE_PPM}d}".rstrip("0").removesuffix(".")


def ppm_of(least: int, most: int, written: object) -> int:
    """Per cent, as written, in parts per million."""
    if isinstance(written, float):
        raise ValueError(f'{written} is written in quotes: "{written}"')
    text = str(written).strip() if isinstance(written, int | str) and not isinstance(written, bool) else ""
    if not _PER_CENT.fullmatch(text):
        raise ValueError('is not a share in per cent such as "97.5"')
    ppm = int(Decimal(text).scaleb(_ONE_PPM))
    if not least <= ppm <= most:
        raise ValueError(f"is not a share from {per_cent(least)} to {per_cent(most)} per cent")
    return ppm


_WRITTEN = WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,4})?$", "examples": ["97.5"]})
# A promise is never certain, and nobody wants one that is a toss-up.
Sure = Annotated[int, BeforeValidator(partial(ppm_of, 500_000, 999_999)), PlainSerializer(per_cent), _WRITTEN]
OfValue = Annotated[int, BeforeValidator(partial(ppm_of, 0, 10_000_000)), PlainSerializer(per_cent), _WRITTEN]
Minor = Annotated[int, Field(strict=True, ge=0, le=10**12)]
PartOfAll = Annotated[int, BeforeValidator(partial(ppm_of, 1, 1_000_000)), PlainSerializer(per_cent), _WRITTEN]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
Units = Annotated[int, Field(strict=True, ge=1, le=10**9)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
ClassName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]


class ClassIn(Strict):
    """What is wanted for one class of customers; what is left out is as for all."""

    wanted_percent: Sure | None = None
    target_percent: Sure | None = None
    late_day_minor: Minor | None = None
    ceiling_minor: Minor | None = None
    ceiling_percent: OfValue | None = None
    preference: Preference = Preference.CHEAPEST

    def value(self, name: str) -> ClassGoals:
        return ClassGoals(
            name=name,
            wanted_ppm=self.wanted_percent,
            target_ppm=self.target_percent,
            late_day_minor=self.late_day_minor,
            ceiling_minor=self.ceiling_minor,
            ceiling_ppm=self.ceiling_percent,
            preference=self.preference,
        )


class WeightsIn(Strict):
    """What planning weighs for all orders, in minor units; what is left out is as Doorstep has it."""

    handling_order_minor: Minor = Weights().handling_order_minor
    handling_unit_minor: Minor = Weights().handling_unit_minor
    split_minor: Minor = Weights().split_minor
    late_day_minor: Minor = Weights().late_day_minor
    broken_minor: Minor = Weights().broken_minor
    waits_minor: Minor = Weights().waits_minor
    departure_minor: Minor = Weights().departure_minor
    lying_unit_minor: Minor = Weights().lying_unit_minor
    move_gain_minor: Minor = Weights().move_gain_minor
    most_moved: Count = Weights().most_moved


class ReserveIn(Strict):
    """What is kept of an item for a class of customers: a share of what there is, or units; of all items or of some."""

    percent: PartOfAll | None = None
    units: Units | None = None
    items: Annotated[list[Name], Field(max_length=10_000)] = Field(default=[])

    @model_validator(mode="after")
    def _one_of_both(self) -> ReserveIn:
        if (self.percent is None) == (self.units is None):
            raise ValueError("say how much is kept: either percent or units")
        return self

    def value(self, name: str) -> Reserve:
        return Reserve(name, self.percent or 0, self.units or 0, tuple(self.items))


class ScarcityIn(Strict):
    """The policy for what is short: who is served first, what is kept for whom, who must say yes."""

    rule: Rule = Rule.OLDEST_PROMISE
    priority: Annotated[list[ClassName], Field(max_length=200)] = Field(default=[])
    reserved: Annotated[dict[ClassName, ReserveIn], Field(max_length=200)] = Field(default={})
    approver: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""

    def value(self) -> Scarcity:
        reserves = tuple(each.value(name) for name, each in sorted(self.reserved.items()))
        return Scarcity(self.rule, tuple(self.priority), reserves, self.approver)


class SupplyIn(Strict):
    """How much is to be on hand when it is ordered, and how much may lie there, in days of what is usually wanted."""

    fill_rate_percent: Sure | None = None
    days_of_supply: Annotated[int, Field(strict=True, ge=1, le=3_650)] | None = None

    def value(self) -> SupplyGoals:
        return SupplyGoals(self.fill_rate_percent, self.days_of_supply)


Shipments = Annotated[int, Field(strict=True, ge=1, le=10**7)]


class GoalsIn(Strict):
    """The goals of a company, whole: by class of customer, what planning weighs, what is done with too little, how much
    is to lie there, and how many shipments a site is to send on a day at most.
    """

    classes: Annotated[dict[ClassName, ClassIn], Field(max_length=200)] = Field(default={})
    weights: WeightsIn = WeightsIn()
    scarcity: ScarcityIn = ScarcityIn()
    supply: SupplyIn = SupplyIn()
    capacity: Annotated[dict[Name, Shipments], Field(max_length=1_000)] = Field(default={})

    def value(self) -> Goals:
        classes = tuple(each.value(name) for name, each in sorted(self.classes.items()))
        limits = tuple(SiteLimit(site_id, shipments) for site_id, shipments in sorted(self.capacity.items()))
        weights = Weights(**self.weights.model_dump())
        return Goals(classes, weights, self.scarcity.value(), self.supply.value(), limits)

    @classmethod
    def of(cls, goals: Goals) -> GoalsIn:
        """Goals as they would be written."""
        classes = {each.name: _written(each) for each in goals.classes}
        weights = {name: getattr(goals.weights, name) for name in WeightsIn.model_fields}
        fill = goals.supply.fill_ppm
        return cls.model_validate(
            {
                "classes": classes,
                "weights": weights,
                "scarcity": _scarcity(goals.scarcity),
                "supply": {
                    "fill_rate_percent": None if fill is None else per_cent(fill),
                    "days_of_supply": goals.supply.days,
                },
                "capacity": {limit.site_id: limit.daily_orders for limit in goals.capacity},
            }
        )


def _written(wants: ClassGoals) -> dict[str, Any]:
    shares = {
        "wanted_percent": wants.wanted_ppm,
        "target_percent": wants.target_ppm,
        "ceiling_percent": wants.ceiling_ppm,
    }
    return {
        **{name: None if ppm is None else per_cent(ppm) for name, ppm in shares.items()},
        "late_day_minor": wants.late_day_minor,
        "ceiling_minor": wants.ceiling_minor,
        "preference": wants.preference,
    }


def _scarcity(policy: Scarcity) -> dict[str, Any]:
    return {
        "rule": policy.rule,
        "priority": list(policy.priority),
        "reserved": {
            each.customer_class: {
                "percent": per_cent(each.ppm) if each.ppm else None,
                "units": each.units or None,
                "items": list(each.item_ids),
            }
            for each in policy.reserves
        },
        "approver": policy.approver,
    }


class CompanyWeightsIn(Strict):
    """What files of before there were goals say in their company's table; what is left out stays as it is."""

    handling_order_minor: Minor | None = None
    handling_unit_minor: Minor | None = None
    split_minor: Minor | None = None
    late_day_minor: Minor | None = None


def weights_apart(raw: Any) -> Any:
    """A company file as it is written now: weights that stand in its company's table have one of their own."""
    company = raw.get("company") if isinstance(raw, Mapping) else None
    if not isinstance(company, Mapping):
        return raw
    old = {name: company[name] for name in CompanyWeightsIn.model_fields if name in company}
    rest = {name: value for name, value in company.items() if name not in old}
    return {**raw, "company": rest, "company_weights": old} if old else raw


_GOALS: TypeAdapter[GoalsIn] = TypeAdapter(GoalsIn)


def read_goals(raw: Any) -> Goals | Refusal:
    """The goals in `raw` (parsed TOML or JSON); MALFORMED with every problem, its place and the nearest name."""
    found = read(_GOALS, raw, names_at)
    return found if isinstance(found, Refusal) else found.value()


def names_at(place: Sequence[str | int]) -> Iterable[str]:
    """What may stand in the table at a place of a goals file."""
    if place and place[0] == "scarcity":
        return (ScarcityIn if len(place) == 1 else ReserveIn).model_fields
    if place and place[0] == "supply":
        return SupplyIn.model_fields
    tables: Sequence[type[Strict]] = (GoalsIn, WeightsIn, ClassIn)
    return tables[min(len(place), 2)].model_fields
