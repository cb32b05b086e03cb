"""Measures and amounts of a cell become whole numbers exactly: laws, against fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.intake.tables import cells
from doorstep.intake.tables.cells import WrongCellError
from doorstep.intake.tables.map import ReadingIn

EXACT_MM = {
    "mm": Fraction(1),
    "cm": Fraction(10),
    "m": Fraction(1000),
    "in": Fraction(254, 10),
    "ft": Fraction(3048, 10),
}
EXACT_G = {
    "g": Fraction(1), "kg": Fraction(1000), "t": Fraction(10**6),
    "lb": Fraction(45359237, 10**5), "oz": Fraction(45359237, 16 * 10**5),
}  # fmt: skip
number = cells.numbers(ReadingIn())
amounts = st.decimals(0, 10**6, places=3)


@given(amount=amounts, unit=st.sampled_from(sorted(EXACT_MM)))
def test_a_length_is_the_nearest_millimetre_half_rounded_up(amount: Decimal, unit: str) -> None:
    exact = Fraction(amount) * EXACT_MM[unit]
    read = cells.measure(number, cells.LENGTHS, "", "mm")
    assert read(f"{amount} {unit}") == int(exact + Fraction(1, 2))


@given(amount=amounts, unit=st.sampled_from(sorted(EXACT_G)))
def test_a_weight_is_the_nearest_gram_half_rounded_up(amount: Decimal, unit: str) -> None:
    exact = Fraction(amount) * EXACT_G[unit]
    assert cells.measure(number, cells.WEIGHTS, unit, "g")(amount) == int(exact + Fraction(1, 2))


@given(
    minor=st.integers(0, 10**12),
    currency=st.sampled_from(["EUR", "JPY"]),
    marks=st.sampled_from([(".", ","), (",", ".")]),
)
def test_an_amount_is_read_to_the_minor_unit_whatever_marks_it_is_written_with(
    minor: int, currency: str, marks: tuple[str, str]
) -> None:
    decimal, thousands = marks
    digits = 0 if currency == "JPY" else 2
    whole, rest = divmod(minor, 10**digits)
    said = f"{whole:,}".replace(",", thousands) + (f"{decimal}{rest:0{digits}d}" if digits else "")
    exact = cells.numbers(ReadingIn(decimal=decimal, thousands=thousands))
    assert cells.money(exact, currency)(said) == minor


@pytest.mark.parametrize("said", ["1,2,3", "12,34", "1.2.3", "", " ", "one", "1e5", "NaN", "Infinity", "٣", "--1"])
def test_what_only_looks_like_a_number_is_refused(said: str) -> None:
    with pytest.raises(WrongCellError):
        number(said)


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_weekdays_are_read_as_they_are_written(wanted: frozenset[int]) -> None:
    assert cells.weekdays(",".join(str(day + 1) for day in wanted)) == wanted
    assert cells.weekdays(" ".join("mon tue wed thu fri sat sun".split()[day] for day in wanted)) == wanted


@pytest.mark.parametrize("said", ["0-5", "8", "monday", "5-1", "fri-mon", "", ",", "1-"])
def test_what_are_no_weekdays_is_refused(said: str) -> None:
    with pytest.raises(WrongCellError):
        cells.weekdays(said)
