"""The dense matching against the model library, and the proof that its prices give."""

from random import Random
from threading import Event
from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pairing.at_once import greedy, with_left_over
from pairing.blossom import perfect_matching
from pairing.compatibility import FORBIDDEN, Weights
from pairing.half_integral import half_integral
from pairing.matching import heaviest_matching, priced_matching, unmatched
from pairing.meetings import Meetings
from pairing.objective import objective
from pairing.prices import assignment, person_prices
from pairing.time_limit import TimeLimit


def symmetric(people: int, seed: int, most: int) -> Weights:
    """Random symmetric weights; few different ones when `most` is small, so that ties and rings are
    common."""
    table = np.random.default_rng(seed).integers(0, most + 1, (people, people))
    return np.triu(table, 1) + np.triu(table, 1).T


def best_by_networkx(weights: Weights, allowed: NDArray[Any]) -> tuple[int, int]:
    """How many pairs the heaviest largest matching has, and what it weighs."""
    graph: networkx.Graph[int] = networkx.Graph()
    for row, column in np.argwhere(np.triu(allowed, 1)).tolist():
        graph.add_edge(row, column, weight=int(weights[row, column]))
    pairs = networkx.max_weight_matching(graph, maxcardinality=True)
    return len(pairs), sum(graph.edges[pair]["weight"] for pair in pairs)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**32), st.sampled_from((1, 2, 5, 50, 10**6)))
def test_the_dense_matching_weighs_what_networkx_finds(half: int, seed: int, most: int) -> None:
    weights = symmetric(2 * half, seed, most)
    mate, prices, (total, around) = perfect_matching(weights)
    assert (mate[mate] == np.arange(2 * half)).all()
    assert total == best_by_networkx(weights, 1 - np.eye(2 * half, dtype=np.int64))[1]
    assert 2 * total == int(prices.sum()) + around


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 70), st.integers(0, 2**32), st.floats(0.02, 0.6))
def test_forbidden_pairs_stay_out_and_as_many_as_can_be_are_paired(
    people: int, seed: int, share: float
) -> None:
    weights = symmetric(people, seed, 30)
    allowed = symmetric(people, seed + 1, 999) < 1000 * share
    np.fill_diagonal(allowed, False)
    pairs = priced_matching(weights, allowed).pairs
    assert all(allowed[pair] for pair in pairs)
    weight = int(sum(weights[pair] for pair in pairs))
    assert (len(pairs), weight) == best_by_networkx(weights, allowed)
    assert sum(int(weights[pair]) for pair in heaviest_matching(weights, allowed)) == weight


@given(st.integers(2, 25), st.integers(0, 2**32))
def test_the_half_integral_start_has_feasible_prices_and_tight_pairs(people: int, seed: int) -> None:
    weights = symmetric(people, seed, 9)
    prices, partner = half_integral(weights)
    slack = prices[:, None] + prices[None, :] - 2 * weights
    off = ~np.eye(people, dtype=np.bool_)
    assert (slack[off] >= 0).all()
    paired = np.flatnonzero(partner >= 0)
    assert (partner[partner[paired]] == paired).all()
    assert (slack[paired, partner[paired]] == 0).all()


@given(st.integers(2, 20), st.integers(0, 2**32))
def test_prices_bound_every_matching(people: int, seed: int) -> None:
    weights = symmetric(people, seed, 100)
    allowed = ~np.eye(people, dtype=np.bool_)
    columns, u, v = assignment(np.where(allowed, weights, -1000))
    assert sorted(columns.tolist()) == list(range(people))
    assert (u[:, None] + v[None, :] >= np.where(allowed, weights, -1000)).all()
    prices = person_prices(weights, allowed)
    assert (prices[:, None] + prices[None, :] >= 2 * weights)[allowed].all()


def test_a_perfect_matching_needs_an_even_number() -> None:
    with pytest.raises(ValueError, match="even"):
        perfect_matching(symmetric(3, 0, 5))
    assert perfect_matching(symmetric(0, 0, 5))[0].size == 0


def test_scores_of_any_size_are_matched() -> None:
    weights = symmetric(64, 3, 2**40) * Random(1).choice((2**12, 2**13))
    allowed = ~np.eye(64, dtype=np.bool_)
    assert len(heaviest_matching(weights, allowed)) == 32


def test_work_that_outlasts_its_limit_is_left_to_itself() -> None:
    never = Event()
    assert TimeLimit.within(0.0).run(never.wait) is None
    never.set()
    assert TimeLimit.within(None).run(lambda: 7) == TimeLimit.within(60.0).run(lambda: 7) == 7


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(0, 2**32))
def test_dyads_at_once_break_no_rule_and_take_in_whoever_may_join(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random.integers(0, 9, (count, count))
    allowed = np.triu(random.random((count, count)) < 0.4, 1)
    goal = objective(
        np.where(allowed | allowed.T, weights + weights.T, FORBIDDEN),
        [f"p{at}" for at in range(count)],
        Meetings(),
        number=1,
    )
    groups = with_left_over(goal, greedy(goal.scores, goal.allowed))
    placed = [member for group in groups for member in group]
    assert len(set(placed)) == len(placed)
    assert all(goal.permits(group) for group in groups)
    for person in unmatched(count, groups):
        assert not any(len(group) == 2 and goal.permits((*group, person)) for group in groups)
