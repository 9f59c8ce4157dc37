"""What single rules say of single pairs, and that whole cohorts are weighed by the same rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairing.compatibility import FORBIDDEN, Compatibility, compatibility_graph
from pairing.errors import PrepairedError
from pairing.policy import Person, Policy, PolicyFault, Preference, Prohibition, Request, Rule
from tests.pairing.cohorts import POLICY, SENIORITY, cohorts, never_pairs, person


def weight(rule: Rule, mine: str, theirs: str, scale: tuple[str, ...] = ()) -> int:
    preference = Preference(attribute="x", rule=rule, weight=10, scale=scale)
    return preference.score(person("a", x=mine), person("b", x=theirs))


@pytest.mark.parametrize(
    ("rule", "mine", "theirs", "gain"),
    [
        (Rule.SAME, "surgery", "surgery", 10),
        (Rule.SAME, "surgery", " Surgery ", 10),
        (Rule.SAME, "surgery", "medicine", 0),
        (Rule.SAME, "", "", 0),
        (Rule.DIFFERENT, "surgery", "medicine", 10),
        (Rule.DIFFERENT, "surgery", "surgery", 0),
        (Rule.DIFFERENT, "surgery", "", 0),
        (Rule.OVERLAP, "en;es", "es;fr", 5),
        (Rule.OVERLAP, "en", "en;es", 10),
        (Rule.OVERLAP, "en", "fr", 0),
        (Rule.OVERLAP, "", "fr", 0),
    ],
)
def test_a_preference_gains_what_its_rule_says(rule: Rule, mine: str, theirs: str, gain: int) -> None:
    assert weight(rule, mine, theirs) == gain


@pytest.mark.parametrize(
    ("theirs", "gain"),
    [("student", 10), ("resident", 7), ("fellow", 3), ("attending", 0), ("", 0), ("nurse", 0)],
)
def test_near_falls_with_the_distance_on_the_scale(theirs: str, gain: int) -> None:
    assert weight(Rule.NEAR, "student", theirs, SENIORITY) == gain


@pytest.mark.parametrize(
    ("rule", "mine", "theirs", "allowed"),
    [
        (Rule.SAME, "icu", "ICU", False),
        (Rule.SAME, "icu;er", "er", False),
        (Rule.SAME, "icu", "er", True),
        (Rule.SAME, "", "", True),
        (Rule.DIFFERENT, "icu", "er", False),
        (Rule.DIFFERENT, "icu", "icu", True),
        (Rule.DIFFERENT, "icu", "", True),
        (Rule.REFERS_TO, "b", "", False),
        (Rule.REFERS_TO, "", "a", False),
        (Rule.REFERS_TO, "a", "b", True),
    ],
)
def test_a_prohibition_stands_between_those_it_covers(
    rule: Rule, mine: str, theirs: str, allowed: bool
) -> None:
    policy = Policy(prohibitions=(Prohibition(attribute="x", rule=rule),))
    assert policy.allows(person("a", x=mine), person("b", x=theirs)) is allowed


def test_a_named_pair_is_forbidden_in_both_directions() -> None:
    policy = Policy(never=frozenset({frozenset(("a", "b"))}))
    one, other = Person(id="a"), Person(id="b")
    assert not policy.allows(one, other)
    assert not policy.allows(other, one)
    assert policy.allows(one, Person(id="c"))


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(PolicyFault, match="scale"):
        Preference(attribute="x", rule=Rule.NEAR, weight=1)
    with pytest.raises(PolicyFault, match="weight -1"):
        Preference(attribute="x", rule=Rule.SAME, weight=-1)
    with pytest.raises(PolicyFault, match="refers_to"):
        Preference(attribute="x", rule=Rule.REFERS_TO, weight=1)
    with pytest.raises(PolicyFault, match="near"):
        Prohibition(attribute="x", rule=Rule.NEAR)
    with pytest.raises(PolicyFault, match="request of a"):
        Request(asker="a", asked="b", weight=-5)
    with pytest.raises(PrepairedError):
        Policy(min_rounds_between_repeats=-1)


@given(st.data())
def test_a_whole_cohort_is_weighed_as_its_pairs_are(data: st.DataObject) -> None:
    people = data.draw(cohorts())
    ids = [each.id for each in people]
    never = data.draw(never_pairs(ids))
    policy = Policy(preferences=POLICY.preferences, prohibitions=POLICY.prohibitions, never=never)
    asked = [Request(asker=ids[0], asked=ids[-1], weight=7)] if len(ids) > 1 else []
    matrix = Compatibility(people, policy, asked).matrix()
    graph = compatibility_graph(people, policy, asked)
    for row, one in enumerate(people):
        for column, other in enumerate(people):
            expected = policy.weight(one, other) if policy.allows(one, other) else FORBIDDEN
            if asked and {one.id, other.id} == {ids[0], ids[-1]} and expected != FORBIDDEN:
                expected += 7
            assert matrix[row, column] == expected
            assert graph.get_edge_data(one.id, other.id, {"weight": FORBIDDEN})["weight"] == expected


@given(cohorts())
def test_blocks_are_parts_of_the_matrix(people: list[Person]) -> None:
    whole = Compatibility(people, POLICY)
    rows, columns = slice(1, 5), slice(3, 9)
    assert (whole.block(rows, columns) == whole.matrix()[rows, columns]).all()
