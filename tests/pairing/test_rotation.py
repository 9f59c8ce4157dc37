"""A horizon of rounds: fresh partners up to the limit, then the oldest ones again."""

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairing.completion import circle, completed
from pairing.horizon import repeat_free_limit
from pairing.plan import plan
from pairing.policy import Policy
from pairing.time_limit import TimeLimit
from tests.pairing.cohorts import POLICY, never, people
from tests.pairing.test_plan import random_people


@pytest.mark.parametrize("count", [2, 4, 6, 8, 10, 12, 14, 20, 32])
def test_everybody_meets_everybody_before_anybody_meets_again(count: int) -> None:
    found = plan(people(count), Policy(), rounds=count - 1)
    assert found.repeat_free_rounds == found.repeat_free_limit == count - 1


@pytest.mark.parametrize("count", [8, 12, 18])
def test_soft_rules_do_not_shorten_the_horizon(count: int) -> None:
    everybody = random_people(count, Random(count))
    policy = Policy(preferences=POLICY.preferences)
    found = plan(everybody, policy, rounds=count - 1)
    assert found.repeat_free_rounds == count - 1
    freely = plan(everybody, policy, rounds=int(0.7 * (count - 1)))
    assert [each.weight for each in found.rounds][: len(freely.rounds)] == [
        each.weight for each in freely.rounds
    ]
    assert all(each.weight <= each.bound for each in found.rounds)


def test_past_rounds_count_against_the_horizon() -> None:
    first = plan(people(10), Policy(), rounds=4, seed=1)
    past = [(each.number, frozenset(group)) for each in first.rounds for group in each.groups]
    found = plan(people(10), Policy(), rounds=5, history=past, first_round=5)
    assert found.repeat_free_rounds == found.repeat_free_limit == 5


def test_after_the_limit_the_oldest_partners_come_back_first() -> None:
    found = plan(people(8), Policy(), rounds=14)
    last: dict[tuple[str, str], int] = {}
    gaps = []
    for each in found.rounds:
        for group in each.groups:
            for pair in combinations(group, 2):
                gaps += [each.number - last[pair]] if pair in last else []
                last[pair] = each.number
    assert set(gaps) == {7}
    assert found.repeat_free_rounds == 7


def test_a_person_with_few_permitted_partners_sets_the_limit() -> None:
    policy = never(*(f"p01 p{number:02}" for number in range(5, 11)))
    found = plan(people(10), policy, rounds=6)
    assert found.repeat_free_limit == 3
    assert found.repeat_free_rounds == 3


@pytest.mark.parametrize("count", [2, 4, 10])
def test_the_circle_lets_everybody_meet_once(count: int) -> None:
    pairs = [tuple(sorted(pair)) for each in circle(count) for pair in each]
    assert sorted(pairs) == list(combinations(range(count), 2))
    assert all(
        sorted(member for pair in each for member in pair) == list(range(count)) for each in circle(count)
    )


@given(st.integers(3, 9), st.integers(0, 2**32))
def test_what_is_left_of_a_complete_graph_is_completed(half: int, seed: int) -> None:
    people_count = 2 * half
    fresh = ~np.eye(people_count, dtype=np.bool_)
    taken = Random(seed).sample(circle(people_count), half - 1)
    for pairs in taken:
        for one, other in pairs:
            fresh[one, other] = fresh[other, one] = False
    found = completed(fresh, half, Random(seed), TimeLimit())
    assert found is not None
    pairs_found = [pair for each in found for pair in each]
    assert len(set(pairs_found)) == half * half
    assert all(fresh[pair] for pair in pairs_found)


def test_two_separate_triangles_cannot_be_completed() -> None:
    fresh = np.zeros((6, 6), dtype=np.bool_)
    for one, other in [*combinations(range(3), 2), *combinations(range(3, 6), 2)]:
        fresh[one, other] = fresh[other, one] = True
    assert completed(fresh, 2, Random(0), TimeLimit()) is None
    assert completed(fresh[:5][:, :5], 1, Random(0), TimeLimit()) is None


@pytest.mark.parametrize(("count", "limit"), [(8, 7), (9, 6), (3, 1), (1, 0)])
def test_the_limit_of_dyads_counts_pairs(count: int, limit: int) -> None:
    assert repeat_free_limit(~np.eye(count, dtype=np.bool_), 2) == limit


@pytest.mark.parametrize(
    ("count", "limit"), [(9, 4), (15, 7), (18, 8), (12, 4), (6, 1), (8, 4), (7, 3), (20, 10), (19, 10)]
)
def test_the_limit_of_triads_counts_pairs_and_partners(count: int, limit: int) -> None:
    assert repeat_free_limit(~np.eye(count, dtype=np.bool_), 3) == limit


@pytest.mark.parametrize("count", [9, 15, 21])
def test_triads_meet_without_repeats_up_to_the_limit(count: int) -> None:
    everybody = random_people(count, Random(count))
    found = plan(everybody, Policy(preferences=POLICY.preferences), size=3, rounds=(count - 1) // 2)
    assert found.repeat_free_rounds == found.repeat_free_limit == (count - 1) // 2
    assert all(len(group) == 3 for each in found.rounds for group in each.groups)
    assert all(each.weight <= each.bound for each in found.rounds)


def test_a_short_horizon_of_triads_is_chosen_freely() -> None:
    everybody = random_people(21, Random(2))
    policy = Policy(preferences=POLICY.preferences)
    assert plan(everybody, policy, size=3, rounds=3).rounds[0] == plan(everybody, policy, size=3).rounds[0]
