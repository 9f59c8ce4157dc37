"""Triads: the exact program against trying everything, and the search against the exact program."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing import triad_program
from pairing.exhaustive import best_of_all
from pairing.meetings import Meetings
from pairing.objective import Objective, objective
from pairing.plan import plan
from pairing.policy import Policy
from pairing.time_limit import TimeLimit
from pairing.triads import triads
from tests.pairing.cohorts import POLICY, faults
from tests.pairing.test_plan import random_people

needs_program = pytest.mark.skipif(not triad_program.AVAILABLE, reason="the extra `large` is not installed")


def goal(people: int, seed: int, share: float) -> Objective:
    """Random weights, a share of the pairs forbidden."""
    random = np.random.default_rng(seed)
    weights = random.integers(0, 50, (people, people))
    weights[random.random((people, people)) < share] = -1
    weights = np.minimum(weights, weights.T)
    np.fill_diagonal(weights, -1)
    return objective(weights, [str(person) for person in range(people)], Meetings(), number=1, odd_size=2)


@needs_program
@settings(max_examples=25, deadline=None)
@given(st.integers(3, 10), st.integers(0, 2**32), st.sampled_from((0.0, 0.1, 0.4)))
def test_the_program_finds_what_trying_everything_finds(people: int, seed: int, share: float) -> None:
    wanted = goal(people, seed, share)
    best = best_of_all(wanted, 3)
    found = triad_program.partition(wanted, Random(seed), TimeLimit())
    regular = (
        not best.alone and sum(len(group) == 2 for group in best.groups) == triad_program.DYADS[people % 3]
    )
    assert (found is not None) == regular
    if found is not None:
        assert (found.score, found.bound) == (best.score, best.score)


@settings(max_examples=20, deadline=None)
@given(st.integers(13, 40), st.integers(0, 2**32), st.sampled_from((0.0, 0.1)))
def test_larger_rounds_place_everybody_within_their_bound(people: int, seed: int, share: float) -> None:
    wanted = goal(people, seed, share)
    found = triads(wanted, Random(seed), TimeLimit())
    assert sorted(member for group in found.groups for member in group) == list(range(people))
    assert all(wanted.permits(group) for group in found.groups)
    assert sum(len(group) == 2 for group in found.groups) == triad_program.DYADS[people % 3]
    assert found.score <= found.bound


@pytest.mark.parametrize("count", [31, 47, 99])
def test_triads_hold_every_rule(count: int) -> None:
    everybody = random_people(count, Random(count))
    found = plan(everybody, POLICY, size=3, rounds=2)
    assert faults(found, everybody, POLICY, 3) == []
    assert found.unplaceable == ()


def test_people_who_fill_two_units_only_are_placed_in_pairs_at_least() -> None:
    """Two units of ten: no three people may sit together, so everybody is in a dyad."""
    units = goal(20, 0, 0.0)
    same = np.arange(20)[:, None] % 2 == np.arange(20)[None, :] % 2
    weights = np.where(same, -1, units.weights)
    wanted = objective(weights, [str(person) for person in range(20)], Meetings(), number=1, odd_size=2)
    found = triads(wanted, Random(0), TimeLimit())
    assert sorted(map(len, found.groups)) == [2] * 10


def test_nobody_repeats_a_partner_in_the_first_rounds_of_triads() -> None:
    found = plan(random_people(30, Random(1)), Policy(preferences=POLICY.preferences), size=3, rounds=4)
    assert [each.repeats for each in found.rounds] == [0, 0, 0, 0]
