"""Rounds of two sizes of groups: everybody in each, nobody meets anybody twice, as many as can be."""

from random import Random

import numpy as np
import pytest

from pairing.horizon import repeat_free_limit
from pairing.kirkman import is_resolved
from pairing.labels import labelled
from pairing.mixed_designs import design
from pairing.plan import plan
from pairing.policy import Policy, Request
from pairing.small_designs import SMALL
from pairing.time_limit import TimeLimit
from tests.pairing.cohorts import POLICY, people
from tests.pairing.test_plan import random_people

ONE_SHORT = {25, 31, 37}  # triads: one round fewer than counting pairs allows


def limit(count: int, size: int) -> int:
    return repeat_free_limit(~np.eye(count, dtype=np.bool_), size)


def lengths(count: int, size: int) -> list[int]:
    if size == 2:
        return [2] * ((count - 3) // 2) + [3]
    return {0: [], 1: [2, 2], 2: [2]}[count % 3] + [3] * (count // 3 - (count % 3 == 1))


@pytest.mark.parametrize("count", range(9, 62, 2))
def test_dyads_with_one_triad_go_on_to_the_limit(count: int) -> None:
    rounds = design(count, 2)
    assert rounds is not None
    assert len(rounds) == limit(count, 2)
    assert is_resolved(rounds, count)
    assert all(sorted(map(len, groups)) == lengths(count, 2) for groups in rounds)


@pytest.mark.parametrize("count", [n for n in range(8, 62) if n % 3 and n != 11])
def test_triads_with_a_dyad_or_two_go_on_to_the_limit_or_one_short_of_it(count: int) -> None:
    rounds = design(count, 3)
    assert rounds is not None
    assert len(rounds) == limit(count, 3) - (count in ONE_SHORT or (count > 40 and count % 6 == 1))
    assert is_resolved(rounds, count)
    assert all(sorted(map(len, groups)) == lengths(count, 3) for groups in rounds)


def test_small_cohorts_reach_what_was_proven_to_be_the_most() -> None:
    assert all(len(rounds) == limit(count, size) for (size, count), rounds in SMALL.items())
    assert all(is_resolved(rounds, count) for (_, count), rounds in SMALL.items())
    assert [limit(count, 2) for count in (5, 7)] == [1, 3]
    assert [limit(count, 3) for count in (5, 7, 11, 12)] == [1, 3, 4, 4]


def test_sizes_without_a_design_are_said_to_have_none() -> None:
    assert design(10, 2) is None  # the circle method knows better
    assert design(5, 3) is None


@pytest.mark.parametrize(("count", "size"), [(11, 2), (15, 2), (10, 3), (13, 3), (14, 3), (16, 3)])
def test_a_plan_to_the_limit_repeats_nothing(count: int, size: int) -> None:
    everybody = random_people(count, Random(count))
    policy = Policy(preferences=POLICY.preferences)
    found = plan(everybody, policy, size=size, rounds=limit(count, size))
    assert found.repeat_free_rounds == found.repeat_free_limit == limit(count, size)
    assert all(each.weight <= each.bound for each in found.rounds)


def test_a_wish_for_each_other_is_granted_though_a_design_would_go_further() -> None:
    asked = (Request(asker="p01", asked="p02"), Request(asker="p02", asked="p01"))
    found = plan(people(15), Policy(), size=3, rounds=7, requests=asked)
    assert any({"p01", "p02"} <= set(group) for group in found.rounds[0].groups)


def test_an_agreed_dyad_stays_in_every_round_of_triads() -> None:
    found = plan(people(15), Policy(), size=3, rounds=7, locks=[("p01", "p02")])
    assert all(any({"p01", "p02"} <= set(group) for group in each.groups) for each in found.rounds)


def test_people_are_put_where_a_part_of_a_design_weighs_more() -> None:
    """Half of the people like each other: a random labelling brings them together by chance only."""
    random = np.random.default_rng(1)
    liked = random.random((15, 15)) < 0.3
    weights = np.where(liked | liked.T, 10, 0).astype(np.int64)
    rounds = design(15, 3)
    assert rounds is not None
    found = labelled(rounds[:3], weights, Random(1), TimeLimit())
    assert is_resolved(found, 15)
    by_chance = labelled(rounds[:3], weights, Random(1), TimeLimit(at=0.0))
    worth = [
        sum(int(weights[a, b] + weights[a, c] + weights[b, c]) for groups in each for a, b, c in groups)
        for each in (found, by_chance)
    ]
    assert worth[0] > worth[1]
