"""Large cohorts, at sizes that a test can check by other means: the columns, the search, the matching, the rounds."""

from itertools import combinations
from random import Random
from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.blossom_forest import forest
from pairing.compatibility import Compatibility
from pairing.compiled import AVAILABLE
from pairing.large_matching import heavy_matching
from pairing.large_rounds import Order, large_rounds, most_fresh_rounds
from pairing.matching import heaviest_matching
from pairing.meetings import Meetings
from pairing.neighbours import neighbours_paired
from pairing.policy import Person, Policy, Preference, Prohibition, Request, Rule
from pairing.profile_tree import NOBODY, Prices, best_partners, grown, least_prices
from pairing.profile_weights import pair_weight, plain_weights, row_weights
from pairing.profiles import columns
from pairing.sparse_blossom import complete
from pairing.sparse_graph import Graph, graph
from pairing.sparse_half_integral import assign, assignment, auction, partners, take_best
from pairing.workers import Workers
from tests.pairing.cohorts import POLICY, cohorts, never_pairs
from tests.pairing.test_plan import random_people


def plain() -> Workers:
    """Kernels as they are: nothing to compile."""
    return Workers(compiled=False)


def order(everybody: list[Person], policy: Policy, **more: Any) -> Order:
    given = {"requests": (), "locks": (), "seconds": None, "compiled": False} | more
    return Order(people={person.id: person for person in everybody}, policy=policy, **given)


def many_values(count: int) -> list[Person]:
    """Everybody with a team and interests of their own making, so that no table of values would be small."""
    random = Random(count)
    return [
        Person(
            id=f"p{number}",
            attributes={
                "team": frozenset({str(random.randrange(count))}),
                "interests": frozenset(str(random.randrange(40)) for _ in range(3)),
            },
        )
        for number in range(count)
    ]


WIDE = Policy(
    preferences=(
        Preference(attribute="interests", rule=Rule.OVERLAP, weight=30),
        Preference(attribute="team", rule=Rule.DIFFERENT, weight=7),
    ),
    prohibitions=(Prohibition(attribute="team", rule=Rule.SAME),),
)


def agrees(everybody: list[Person], policy: Policy, requests: list[Request]) -> None:
    """The columns weigh every pair as the model does."""
    place = {person.id: at for at, person in enumerate(everybody)}
    apart = [tuple(sorted(place[id_] for id_ in pair)) for pair in policy.never if pair <= place.keys()]
    asked = {(0, 1): sum(request.weight or 0 for request in requests)} if requests else {}
    c, seats = columns(everybody, policy, apart=apart, asked=asked)  # type: ignore[arg-type]
    expected = Compatibility([everybody[at] for at in seats.tolist()], policy, requests).matrix()
    for u in range(len(everybody)):
        found = row_weights(c, u)
        assert np.where(found < 0, -1, found).tolist() == expected[u].tolist()
        assert [max(-1, pair_weight(c, u, v)) for v in range(len(everybody))] == expected[u].tolist()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_columns_weigh_every_pair_as_the_model_does(data: st.DataObject) -> None:
    everybody = data.draw(cohorts().filter(bool))
    never = data.draw(never_pairs([person.id for person in everybody]))
    requests = [Request(asker="p00", asked="p01", weight=9)] if len(everybody) > 1 else []
    agrees(
        everybody,
        Policy(preferences=POLICY.preferences, prohibitions=POLICY.prohibitions, never=never),
        requests,
    )


def test_attributes_of_many_values_are_weighed_without_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pairing.profiles.WIDEST", 20)
    agrees(many_values(60), WIDE, [])


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.integers(0, 2**32))
def test_the_search_finds_the_best_partners(count: int, seed: int) -> None:
    everybody = random_people(count, Random(seed))
    c, _ = columns(everybody, POLICY, apart=[], asked={})
    tree = grown(c)
    price = np.random.default_rng(seed).integers(0, 60, count)
    nobody = np.full(count, NOBODY)
    prices = Prices(
        times=np.array([2]), person=price, least=np.zeros(len(tree.first), dtype=np.int64),
        floor=np.full(count, -200), around=nobody, above=nobody,
    )  # fmt: skip
    least_prices(tree, prices)
    found, value = np.empty((count, 3), dtype=np.int64), np.empty((count, 3), dtype=np.int64)
    best_partners(c, tree, prices, 0, count, found, value, np.zeros(2, dtype=np.int64))
    for u in range(count):
        worth = sorted(
            (2 * w - price[v] for v, w in enumerate(row_weights(c, u).tolist()) if w >= 0), reverse=True
        )
        expected = [each for each in worth if each > -200][:3]
        assert value[u, : len(expected)].tolist() == expected
        assert (found[u, len(expected) :] == NOBODY).all()


def random_graph(people: int, seed: int, share: float, most: int) -> Graph:
    random = Random(seed)
    chosen = [pair for pair in combinations(range(people), 2) if random.random() < share] or [(0, 1)]
    ends = np.array(chosen, dtype=np.int64)
    weights = np.array([random.randint(0, most) for _ in chosen], dtype=np.int64)
    return graph(people, ends[:, 0], ends[:, 1], weights)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 40),
    st.integers(0, 2**32),
    st.sampled_from((0.05, 0.1, 0.2, 0.5, 1.0)),
    st.sampled_from((1, 3, 100)),
)
def test_the_sparse_matching_weighs_what_networkx_finds(
    people: int, seed: int, share: float, most: int
) -> None:
    g = random_graph(people, seed, share, most)
    loss, told = np.full(people, 64 * people * most), np.zeros(2, dtype=np.int64)
    a, mate = assignment(people), np.empty(people, dtype=np.int64)
    auction(g, a, loss, told)
    take_best(g, a, loss)
    assign(g, a, loss, told)
    partners(a, mate)
    f = forest(2 * (a.u + a.v), mate)
    complete(g._replace(weight=2 * g.weight), f, 2 * loss, 2**60, np.zeros(2, dtype=np.int64))
    assert all(f.mate[f.mate[u]] == u for u in range(people) if f.mate[u] != NOBODY)
    model: networkx.Graph[int] = networkx.Graph()
    for u in range(people):
        for at in range(g.at[u], g.at[u + 1]):
            model.add_edge(u, int(g.to[at]), weight=int(g.weight[at]))
    best = networkx.max_weight_matching(model, maxcardinality=True)
    ours = [(u, int(v)) for u, v in enumerate(f.mate) if v > u]
    assert len(ours) == len(best)
    assert sum(model.edges[pair]["weight"] for pair in ours) == sum(
        model.edges[pair]["weight"] for pair in best
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(10, 70), st.integers(0, 2**32))
def test_a_large_matching_stays_within_its_bound_and_near_the_best(half: int, seed: int) -> None:
    everybody = random_people(2 * half, Random(seed))
    c, seats = columns(everybody, POLICY, apart=[], asked={})
    found = heavy_matching(c, np.zeros(2 * half, dtype=np.int64), plain())
    weights = Compatibility([everybody[at] for at in seats.tolist()], POLICY).matrix()
    best = sum(int(weights[pair]) for pair in heaviest_matching(weights.clip(min=0), weights >= 0))
    assert (found.mate != NOBODY).all()
    assert found.weight == sum(int(weights[u, v]) for u, v in enumerate(found.mate) if v > u)
    assert found.weight <= best <= found.limit // 4
    assert found.weight >= 0.995 * best


@pytest.mark.parametrize(("count", "seconds"), [(121, None), (180, None), (180, 0.0)])
def test_everybody_is_placed_and_no_rule_is_broken(count: int, seconds: float | None) -> None:
    everybody = random_people(count, Random(count))
    by_id = {person.id: person for person in everybody}
    ids = sorted(by_id)
    never = frozenset(frozenset(pair) for pair in zip(ids, ids[7:], strict=False))
    policy = Policy(preferences=POLICY.preferences, prohibitions=POLICY.prohibitions, never=never)
    rounds = large_rounds(order(everybody, policy, seconds=seconds), Meetings(), range(1, 3), Random(5))
    met: set[tuple[str, ...]] = set()
    for each in rounds:
        assert sorted([*(id_ for group in each.groups for id_ in group), *each.alone]) == ids
        pairs = [pair for group in each.groups for pair in combinations(group, 2)]
        assert all(policy.allows(by_id[one], by_id[other]) for one, other in pairs)
        assert each.weight == sum(policy.weight(by_id[one], by_id[other]) for one, other in pairs)
        assert each.weight <= each.bound
        assert each.repeats == len(met & set(pairs)) == 0
        assert set(each.reasons) == {"|".join(group) for group in each.groups}
        met |= set(pairs)
    if seconds is None:
        assert [len(each.alone) for each in rounds] == [0, 0]
        assert all(sum(len(group) == 3 for group in each.groups) == count % 2 for each in rounds)


def test_the_same_seed_gives_the_same_groups() -> None:
    everybody = random_people(150, Random(3))
    first, second = (
        large_rounds(order(people, POLICY), Meetings(), [1], Random(8))
        for people in (everybody, everybody[::-1])
    )
    assert first[0].groups == second[0].groups


def test_the_odd_place_goes_round() -> None:
    everybody = random_people(101, Random(4))
    policy = Policy(preferences=POLICY.preferences)
    rounds = large_rounds(order(everybody, policy), Meetings(), range(1, 5), Random(8))
    odd = [id_ for each in rounds for group in each.groups if len(group) == 3 for id_ in group]
    assert len(set(odd)) == 12


def test_agreements_and_mutual_requests_are_kept() -> None:
    everybody = random_people(120, Random(6))
    ids = sorted(person.id for person in everybody)
    policy = Policy(preferences=POLICY.preferences)
    requests = [Request(asker=ids[2], asked=ids[3]), Request(asker=ids[3], asked=ids[2])]
    found = large_rounds(
        order(everybody, policy, locks=[(ids[0], ids[1])], requests=requests), Meetings(), [1], Random(1)
    )[0]
    assert {(ids[0], ids[1]), (ids[2], ids[3])} <= set(found.groups)
    assert "They asked for each other." in found.reasons[f"{ids[2]}|{ids[3]}"]


def test_two_left_over_meet_again_rather_than_stay_alone() -> None:
    everybody = [Person(id=f"p{at}", attributes={"site": frozenset({str(at // 2)})}) for at in range(40)]
    apart = Policy(prohibitions=(Prohibition(attribute="site", rule=Rule.DIFFERENT),))
    history = Meetings([(1, frozenset(("p0", "p1"))), (2, frozenset(("p2", "p3")))])
    found = large_rounds(order(everybody, apart), history, [3], Random(1))[0]
    assert (len(found.groups), found.alone, found.repeats) == (20, (), 2)


def test_whom_no_rule_lets_be_placed_stays_alone_by_name() -> None:
    everybody = [*random_people(50, Random(1)), Person(id="zz", attributes={"country": frozenset({"far"})})]
    here = [
        Person(id=each.id, attributes={**each.attributes, "country": frozenset({"here"})})
        for each in everybody[:-1]
    ]
    policy = Policy(prohibitions=(Prohibition(attribute="country", rule=Rule.DIFFERENT),))
    found = large_rounds(order([*here, everybody[-1]], policy), Meetings(), [1], Random(1))[0]
    assert found.alone == ("zz",)
    assert len(found.groups) == 25


def test_rounds_without_a_repeat_are_never_promised_beyond_what_counting_allows() -> None:
    assert [most_fresh_rounds(people, 0) for people in (0, 1, 2, 10, 11)] == [0, 0, 1, 9, 7]


@pytest.mark.skipif(not AVAILABLE, reason="the extra `large` is not installed")
def test_compiled_and_plain_kernels_agree() -> None:
    everybody = random_people(160, Random(9))
    answers = [
        large_rounds(order(everybody, POLICY, compiled=compiled), Meetings(), [1], Random(2))[0]
        for compiled in (False, True)
    ]
    assert answers[0].groups == answers[1].groups
    assert answers[0].bound == answers[1].bound


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 80), st.integers(0, 2**32))
def test_an_answer_at_once_breaks_no_rule_and_leaves_few_without_a_partner(count: int, seed: int) -> None:
    everybody = random_people(count, Random(seed))
    c, _ = columns(everybody, POLICY, apart=[(0, 1)], asked={})
    mate = neighbours_paired(c)
    for one, other in enumerate(mate.tolist()):
        assert other == NOBODY or (mate[other] == one and row_weights(c, one)[other] >= 0)
    over = np.flatnonzero(mate == NOBODY)
    assert all(row_weights(c, one)[other] < 0 for one, other in combinations(over.tolist(), 2))


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(0, 2**32), st.sampled_from([POLICY, WIDE]))
def test_plain_weights_are_those_of_the_columns(count: int, seed: int, policy: Policy) -> None:
    everybody = random_people(count, Random(seed)) if policy is POLICY else many_values(count)
    c, _ = columns(
        everybody, policy, apart=[(0, 1)], asked={(0, 1): 5, (1, count - 1): 3} if count > 2 else {}
    )
    one, other = np.divmod(np.arange(count * count), count)
    rows = np.array([row_weights(c, u) for u in range(count)]).ravel()
    plain_ = plain_weights(c, one, other)
    assert (np.maximum(plain_, -1) == np.maximum(rows, -1)).all()


def test_a_cohort_without_time_is_still_placed_within_its_bound() -> None:
    everybody = random_people(240, Random(3))
    policy = Policy(preferences=POLICY.preferences)
    found = large_rounds(order(everybody, policy, seconds=-9.0), Meetings(), [1, 2], Random(1))
    ids = sorted(person.id for person in everybody)
    for each in found:
        assert sorted(id_ for group in each.groups for id_ in group) == ids
        assert each.weight <= each.bound
    assert found[1].repeats == 0
