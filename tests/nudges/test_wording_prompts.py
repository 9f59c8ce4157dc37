"""Which prompt a nudge brings."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nudges.prompts import NoPrompts, prompt_of, repeats_within_a_year

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
