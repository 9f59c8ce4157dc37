"""Which prompt a nudge brings."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nudges.prompts import NoPrompts, first_number, is_turn, prompt_of, repeats_within_a_year

_FILE = Path(__file__).parents[2] / "config" / "default_program.yaml"
_LIBRARY: dict[str, list[str]] = yaml.safe_load(_FILE.read_text())["prompts"]
_A_YEAR = {"weekly": 53, "monthly": 13, "quarterly": 5}  # nudges whose days lie within 366 days


@pytest.mark.parametrize("kind", sorted(_A_YEAR))
def test_the_library_is_long_enough_for_a_year_and_has_no_double(kind: str) -> None:
    assert len(_LIBRARY[kind]) >= _A_YEAR[kind]
    assert len(set(_LIBRARY[kind])) == len(_LIBRARY[kind])
    assert not repeats_within_a_year(_LIBRARY[kind], _A_YEAR[kind] - 1)


@given(kind=st.sampled_from(sorted(_A_YEAR)), start=st.integers(0, 1000), seed=st.text(max_size=8))
def test_no_prompt_comes_twice_within_a_year(kind: str, start: int, seed: str) -> None:
    year = [prompt_of(_LIBRARY, kind, slot, seed) for slot in range(start, start + _A_YEAR[kind])]
    assert len(set(year)) == len(year)


def test_buddies_read_the_same_prompt_and_cohorts_begin_elsewhere() -> None:
    assert prompt_of(_LIBRARY, "weekly", 3, "cohort a") == prompt_of(_LIBRARY, "weekly", 3, "cohort a")
    begun = {prompt_of(_LIBRARY, "weekly", 0, f"cohort {n}") for n in range(40)}
    assert len(begun) > 10


def test_a_cadence_without_prompts_borrows_some() -> None:
    assert prompt_of(_LIBRARY, "fortnightly", 0, "x") in _LIBRARY["weekly"]
    with pytest.raises(NoPrompts):
        prompt_of({"weekly": []}, "monthly", 0, "x")


def test_a_short_list_repeats_within_a_year() -> None:
    assert repeats_within_a_year(["one"] * 99, 52)
    assert repeats_within_a_year([str(n) for n in range(52)], 52)
    assert not repeats_within_a_year([str(n) for n in range(53)], 52)


@given(anchor=st.dates(date(2020, 1, 1), date(2100, 1, 1)), weeks=st.integers(0, 200))
def test_buddies_who_began_weeks_apart_share_a_weeks_prompt(anchor: date, weeks: int) -> None:
    monday = anchor - timedelta(days=anchor.weekday())
    later = monday + timedelta(weeks=weeks)
    assert first_number(anchor, 52) + weeks == first_number(later, 52)
    assert first_number(monday, 52) == first_number(anchor, 52)


@given(anchor=st.dates(date(2020, 1, 1), date(2100, 1, 1)), months=st.integers(0, 48))
def test_buddies_who_began_months_apart_share_a_months_prompt(anchor: date, months: int) -> None:
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    assert first_number(anchor, 12) + months == first_number(date(year, month + 1, 1), 12)


@given(number=st.integers(0, 10_000), seats=st.integers(2, 3))
def test_each_in_turn_is_the_one_to_call(number: int, seats: int) -> None:
    turns = [[is_turn(each, seat, seats) for seat in range(seats)] for each in range(number, number + seats)]
    assert all(sum(row) == 1 for row in turns)
    assert all(sum(column) == 1 for column in zip(*turns, strict=True))
