"""What a plan promises: everybody once, no rule broken, the best weight, or a bound that is true."""

from itertools import combinations
from random import Random

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.compatibility import compatibility_graph
from pairing.plan import Plan, PlanFault, plan
from pairing.policy import Person, Policy, PolicyFault, Preference, Request, Rule
from tests.pairing.cohorts import POLICY, cohorts, faults, never, never_pairs, people, person

SIZES = st.sampled_from((2, 3))


def placed(found: Plan) -> int:
    return sum(len(group) for group in found.rounds[0].groups)


def best_weight_by_networkx(everybody: list[Person], policy: Policy) -> tuple[int, int]:
    """People placed and weight of the heaviest pairing according to the model."""
    graph = compatibility_graph(everybody, policy)
    pairs = networkx.max_weight_matching(graph, maxcardinality=True)
    return 2 * len(pairs), sum(graph.edges[pair]["weight"] for pair in pairs)


def best_by_looking(everybody: list[Person], policy: Policy, size: int) -> tuple[int, int, int]:
    """Most people placed, fewest groups of another size, greatest weight: by trying everything."""
    if not everybody:
        return 0, 0, 0
    first, rest = everybody[0], everybody[1:]
    best = best_by_looking(rest, policy, size)
    for length in (1, 2):
        for others in combinations(rest, length):
            group = (first, *others)
            if all(policy.allows(one, other) for one, other in combinations(group, 2)):
                left = [other for other in rest if other not in others]
                below = best_by_looking(left, policy, size)
                weight = sum(policy.weight(one, other) for one, other in combinations(group, 2))
                odd = length + 1 != size
                best = max(best, (below[0] + len(group), below[1] - odd, below[2] + weight))
    return best


@given(st.data(), SIZES, st.integers(1, 3))
def test_everybody_is_in_one_group_or_named_and_no_rule_is_broken(
    data: st.DataObject, size: int, rounds: int
) -> None:
    everybody = data.draw(cohorts())
    named = data.draw(never_pairs([each.id for each in everybody]))
    policy = Policy(preferences=POLICY.preferences, prohibitions=POLICY.prohibitions, never=named)
    found = plan(everybody, policy, size=size, rounds=rounds)
    assert faults(found, everybody, policy, size) == []


@settings(max_examples=40)
@given(cohorts(most=8), SIZES)
def test_small_cohorts_get_the_best_there_is(everybody: list[Person], size: int) -> None:
    found = plan(everybody, POLICY, size=size)
    most, odd, weight = best_by_looking(everybody, POLICY, size)
    groups = found.rounds[0].groups
    assert (placed(found), -sum(len(group) != size for group in groups)) == (most, odd)
    assert found.rounds[0].weight == weight
    assert found.rounds[0].optimal


@settings(max_examples=30, deadline=None)
@given(st.integers(7, 20), st.integers(0, 2**32))
def test_dyads_weigh_what_networkx_finds(half: int, seed: int) -> None:
    everybody = random_people(2 * half, Random(seed))
    found = plan(everybody, POLICY)
    most, weight = best_weight_by_networkx(everybody, POLICY)
    if most == len(everybody):
        assert (placed(found), found.rounds[0].weight) == (most, weight)
        assert found.rounds[0].bound == weight
    else:
        assert placed(found) >= most


@settings(max_examples=15, deadline=None)
@given(st.integers(6, 9), st.integers(0, 2**32))
def test_an_odd_cohort_is_as_good_as_its_best_triad_allows(half: int, seed: int) -> None:
    everybody = random_people(2 * half + 1, Random(seed))
    policy = Policy(preferences=POLICY.preferences)
    found = plan(everybody, policy).rounds[0]
    best = 0
    for triad in combinations(everybody, 3):
        rest = [each for each in everybody if each not in triad]
        inside = sum(policy.weight(one, other) for one, other in combinations(triad, 2))
        best = max(best, inside + best_weight_by_networkx(rest, policy)[1])
    assert found.weight <= best <= found.bound
    assert not found.optimal or found.weight == best


def random_people(count: int, random: Random) -> list[Person]:
    return [
        person(
            f"p{number:02}",
            specialty=random.choice(("surgery", "medicine", "radiology")),
            seniority=random.choice(("student", "resident", "fellow", "attending")),
            languages=random.choice(("en", "en;es", "es;fr")),
            site=random.choice(("north", "main")),
            unit=random.choice("abcdefgh"),
        )
        for number in range(count)
    ]


@given(cohorts(), SIZES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(everybody: list[Person], size: int, random: Random) -> None:
    shuffled = list(everybody)
    random.shuffle(shuffled)
    assert plan(shuffled, POLICY, size=size, rounds=2) == plan(everybody, POLICY, size=size, rounds=2)


@settings(max_examples=50)
@given(st.data())
def test_another_never_rule_never_improves_a_plan(data: st.DataObject) -> None:
    everybody = data.draw(cohorts(most=12))
    named = data.draw(never_pairs([each.id for each in everybody]))
    before = plan(everybody, Policy(preferences=POLICY.preferences))
    after = plan(everybody, Policy(preferences=POLICY.preferences, never=named))
    assert value(after) <= value(before)


def value(found: Plan) -> tuple[int, int, int]:
    first = found.rounds[0]
    return placed(found), -sum(len(group) == 3 for group in first.groups), first.weight


def test_another_seed_settles_ties_otherwise() -> None:
    answers = {plan(people(12), Policy(), seed=seed).rounds[0].groups for seed in range(5)}
    assert len(answers) > 1
    assert plan(people(12), Policy(), seed=3) == plan(people(12), Policy(), seed=3)


@pytest.mark.parametrize(
    ("count", "size", "lengths"),
    [
        (0, 2, []),
        (1, 2, []),
        (2, 2, [2]),
        (3, 2, [3]),
        (5, 2, [2, 3]),
        (0, 3, []),
        (2, 3, [2]),
        (3, 3, [3]),
        (4, 3, [2, 2]),
        (5, 3, [2, 3]),
        (7, 3, [2, 2, 3]),
        (16, 3, [2, 2, 3, 3, 3, 3]),
        (15, 3, [3] * 5),
        (17, 3, [2, 3, 3, 3, 3, 3]),
    ],
)
def test_the_remainder_forms_groups_of_another_size(count: int, size: int, lengths: list[int]) -> None:
    found = plan(people(count), Policy(), size=size).rounds[0]
    assert sorted(len(group) for group in found.groups) == lengths


def test_one_person_alone_is_named() -> None:
    found = plan(people(1), Policy())
    assert [each.id for each in found.unplaceable] == ["p01"]


def test_everybody_excluded_from_everybody_is_named() -> None:
    policy = never(*(f"{one.id} {other.id}" for one, other in combinations(people(5), 2)))
    found = plan(people(5), policy)
    assert found.rounds[0].groups == ()
    assert len(found.unplaceable) == 5


def test_one_person_without_a_partner_is_named_and_the_rest_are_placed() -> None:
    policy = never(*(f"p01 {each.id}" for each in people(15)[1:]))
    found = plan(people(15), policy)
    assert [each.id for each in found.unplaceable] == ["p01"]
    assert placed(found) == 14


def test_an_explanation_never_reveals_a_named_pair() -> None:
    policy = never("p01 p02", "p01 p03")
    found = plan(people(3), policy)
    alone = found.unplaceable[0]
    assert alone.id == "p01"
    assert alone.why == "no suitable partner among those available"
    assert alone.rules == (
        "never pairs rules out 2 people (dropping it would free 2, so that p02 and p03 could take in one more)",
    )
    assert "never" not in str([each.reasons for each in found.rounds])


def test_two_parts_of_odd_size_get_a_triad_each() -> None:
    units = [person(f"p{number:02}", unit="a" if number < 15 else "b") for number in range(30)]
    apart = Policy(never=frozenset(frozenset((a.id, b.id)) for a in units[:15] for b in units[15:]))
    groups = plan(units, apart).rounds[0].groups
    assert sorted(map(len, groups)) == [2] * 12 + [3, 3]


def test_only_as_many_stay_alone_as_must() -> None:
    """A star: the one in the middle can take one partner, since the others may not meet each other."""
    rim = people(16)[1:]
    policy = never(*(f"{one.id} {other.id}" for one, other in combinations(rim, 2)))
    found = plan(people(16), policy)
    assert placed(found) == 2
    assert len(found.unplaceable) == 14
    assert found.unplaceable[0].in_full.startswith("every permitted partner is needed by somebody else")
    assert found.unplaceable[0].why == "no suitable partner among those available"


def test_a_lonely_triangle_hidden_behind_a_bridge_is_found() -> None:
    """A pentagon of people who all know two others, a triangle on one of its corners: only the triangle can
    be three."""
    ring = ["p01 p02", "p02 p03", "p03 p04", "p04 p05", "p05 p01", "p01 p06", "p06 p07", "p07 p01"]
    tail = [f"p{number:02} p{number + 1:02}" for number in range(7, 13)]
    wanted = {frozenset(pair.split()) for pair in [*ring, *tail]}
    pairs = {frozenset((one.id, other.id)) for one, other in combinations(people(13), 2)}
    policy = Policy(never=frozenset(pairs - wanted))
    found = plan(people(13), policy)
    assert found.unplaceable == ()
    assert ("p01", "p06", "p07") in found.rounds[0].groups


def test_equal_weights_are_no_trouble() -> None:
    found = plan(people(40), Policy()).rounds[0]
    assert (len(found.groups), found.weight, found.bound) == (20, 0, 0)


def test_partners_stay_fresh_while_they_can() -> None:
    found = plan(people(10), Policy(), rounds=5)
    assert found.repeat_free_rounds == 5
    assert found.repeat_free_limit == 9


def test_the_oldest_meeting_is_repeated_first() -> None:
    history = [(1, {"p01", "p02"}), (1, {"p03", "p04"})]
    history += [(2, {"p01", "p03"}), (2, {"p02", "p04"}), (3, {"p01", "p04"}), (3, {"p02", "p03"})]
    found = plan(people(4), Policy(), history=[(n, frozenset(g)) for n, g in history], first_round=4)
    assert found.rounds[0].groups == (("p01", "p02"), ("p03", "p04"))
    assert found.rounds[0].repeats == 2
    assert found.repeat_free_rounds == 0


def test_a_minimum_gap_outweighs_the_number_of_repeats() -> None:
    """Two old repeats are better than one within the gap."""
    history = [(1, frozenset(("p01", "p02"))), (1, frozenset(("p03", "p04"))), (8, frozenset(("p01", "p03")))]
    policy = Policy(
        never=never("p01 p04", "p02 p03").never,
        min_rounds_between_repeats=3,
    )
    found = plan(people(4), policy, history=history, first_round=9)
    assert found.rounds[0].groups == (("p01", "p02"), ("p03", "p04"))
    freely = plan(people(4), Policy(never=policy.never), history=history, first_round=9)
    assert freely.rounds[0].groups == (("p01", "p03"), ("p02", "p04"))


def test_the_odd_place_goes_round() -> None:
    found = plan(people(9), Policy(), rounds=3)
    triads = [group for each in found.rounds for group in each.groups if len(group) == 3]
    assert len({member for triad in triads for member in triad}) == 9


def test_an_agreed_group_stays_and_is_no_repeat() -> None:
    history = [(1, frozenset(("p01", "p02")))]
    found = plan(people(6), Policy(), locks=[("p02", "p01")], history=history, rounds=2, first_round=2)
    assert all(("p01", "p02") in each.groups for each in found.rounds)
    assert [each.repeats for each in found.rounds] == [0, 0]
    assert found.rounds[0].reasons["p01|p02"] == ("They agreed to stay together.",)


def test_an_agreed_dyad_among_triads_takes_a_third() -> None:
    found = plan(people(15), Policy(), size=3, locks=[("p01", "p02")]).rounds[0]
    assert any({"p01", "p02"} < set(group) for group in found.groups)


def test_a_never_rule_beats_an_agreement_without_being_named() -> None:
    found = plan(people(6), never("p01 p02"), locks=[("p01", "p02")])
    assert [conflict.group for conflict in found.conflicts] == [("p01", "p02")]
    assert "never" not in found.conflicts[0].why
    assert placed(found) == 6


def test_somebody_over_joins_an_agreed_dyad_rather_than_being_alone() -> None:
    found = plan(people(3), Policy(), locks=[("p01", "p02")])
    assert found.rounds[0].groups == (("p01", "p02", "p03"),)
    assert found.unplaceable == ()


def test_an_agreement_with_somebody_who_is_away_binds_nobody() -> None:
    found = plan(people(4), Policy(), locks=[("p01", "gone")])
    assert placed(found) == 4
    assert found.conflicts == ()


def test_a_mutual_request_outweighs_every_preference() -> None:
    policy = Policy(preferences=(Preference(attribute="specialty", rule=Rule.SAME, weight=1000),))
    everybody = [
        person(f"p{number}", specialty="surgery" if number < 4 else "medicine") for number in range(8)
    ]
    asked = [Request(asker="p0", asked="p7"), Request(asker="p7", asked="p0")]
    found = plan(everybody, policy, requests=asked).rounds[0]
    assert ("p0", "p7") in found.groups
    assert "They asked for each other." in found.reasons["p0|p7"]


def test_a_mutual_request_yields_to_a_never_rule() -> None:
    asked = [Request(asker="p01", asked="p02"), Request(asker="p02", asked="p01")]
    found = plan(people(4), never("p01 p02"), requests=asked).rounds[0]
    assert ("p01", "p02") not in found.groups


def test_a_single_request_counts_as_a_preference() -> None:
    found = plan(people(6), Policy(), requests=[Request(asker="p01", asked="p05")]).rounds[0]
    assert ("p01", "p05") in found.groups
    assert found.weight == 10
    assert found.reasons["p01|p05"] == ("One of them asked for the other.",)


@given(cohorts(most=13))
def test_the_weights_handed_out_prove_the_answer(everybody: list[Person]) -> None:
    """What somebody outside computes from the pair weights is what the plan claims."""
    found = plan(everybody, POLICY)
    weights = {frozenset((one, other)): weight for one, other, weight in found.pair_weights}
    first = found.rounds[0]
    inside = sum(weights[frozenset(pair)] for group in first.groups for pair in combinations(group, 2))
    assert inside == first.weight
    if all(len(group) == 2 for group in first.groups):
        graph: networkx.Graph[str] = networkx.Graph()
        for pair, weight in weights.items():
            graph.add_edge(*sorted(pair), weight=weight)
        best = networkx.max_weight_matching(graph, maxcardinality=True)
        assert sum(graph.edges[pair]["weight"] for pair in best) == first.weight


def test_pairs_handed_out_leave_former_partners_out_when_nobody_had_to_repeat() -> None:
    found = plan(people(4), Policy(), history=[(1, frozenset(("p01", "p02")))], first_round=2)
    assert ("p01", "p02", 0) not in list(found.pair_weights)
    assert ("p01", "p03", 0) in list(found.pair_weights)


@pytest.mark.parametrize(("size", "rounds"), [(1, 1), (4, 1), (2, 0)])
def test_impossible_plans_are_refused(size: int, rounds: int) -> None:
    with pytest.raises(PlanFault):
        plan(people(4), Policy(), size=size, rounds=rounds)


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(PolicyFault, match="p01"):
        plan([*people(2), *people(1)], Policy())


def test_a_time_limit_still_places_everybody() -> None:
    found = plan(random_people(60, Random(5)), POLICY, size=3, time_limit=0.0)
    assert faults(found, random_people(60, Random(5)), POLICY, 3) == []
    assert found.unplaceable == ()


def test_more_people_than_can_be_planned_are_refused_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Person(id=str(number)) for number in range(4001)]
    with pytest.raises(PlanFault, match="split them"):
        plan(many, Policy(), size=3)
    monkeypatch.setattr("pairing.plan.AVAILABLE", False)
    with pytest.raises(PlanFault, match=r"4001 people: .*install prepaired\[large\]"):
        plan(many, Policy())
