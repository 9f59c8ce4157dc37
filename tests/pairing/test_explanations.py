"""Why these two, and why not those two: told in full, and without a word that a never-pair could change."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.alternatives import alternatives
from pairing.meetings import Meetings
from pairing.obstacles import obstacles
from pairing.plan import plan
from pairing.policy import Person, Policy, Preference, Prohibition, Request, Rule
from pairing.why_not import Chosen, NotInRound, why_not
from tests.pairing.cohorts import POLICY, cohorts, never, people, person

SPECIALTY = Policy(preferences=(Preference(attribute="specialty", rule=Rule.SAME, weight=10),))
# Ana and Bo are near each other, Cy and Di share a specialty, which Ana shares as well.
FOUR = {
    "ana": person("ana", specialty="surgery", floor="1"),
    "bo": person("bo", specialty="medicine", floor="1"),
    "cy": person("cy", specialty="surgery", floor="2"),
    "di": person("di", specialty="surgery", floor="3"),
}


def asked(policy: Policy = SPECIALTY, *groups: tuple[str, ...], **more: object) -> Chosen:
    chosen = Chosen(
        groups=groups or (("ana", "bo"), ("cy", "di")), people=FOUR, policy=policy, size=2, number=1
    )
    return replace(chosen, **more)  # type: ignore[arg-type]


def test_a_second_choice_says_who_keeps_what_by_it_and_what_the_first_would_cost() -> None:
    floor = Preference(attribute="floor", rule=Rule.SAME, weight=9)
    policy = Policy(preferences=(*SPECIALTY.preferences, floor))
    found = alternatives((("ana", "bo"), ("cy", "di")), FOUR, policy, Meetings())
    assert found["ana"].sentence() == (
        "ana: third choice overall, so that cy and di could keep the same specialty; "
        "with cy the round would lose 9."
    )
    assert found["cy"].rank == 1


def test_people_are_called_as_the_reader_wants() -> None:
    found = alternatives((("ana", "bo"), ("cy", "di")), FOUR, SPECIALTY, Meetings())
    assert found["cy"].sentence(str.title).startswith("Cy: first choice overall; with Ana")


def test_what_two_together_would_cost_is_counted_by_planning_anew() -> None:
    floor = Preference(attribute="floor", rule=Rule.SAME, weight=9)
    policy = Policy(preferences=(*SPECIALTY.preferences, floor))
    assert why_not("ana", "cy", asked(policy)) == (
        "For: same specialty (surgery).",
        "Against: different floor.",
        "With these two together, the round would lose 9 of 19.",
    )


def test_two_of_one_group_are_together() -> None:
    assert why_not("bo", "ana", asked()) == ("They are in one group.",)


def test_a_rule_of_the_program_is_named() -> None:
    policy = Policy(prohibitions=(Prohibition(attribute="specialty", rule=Rule.SAME),))
    told = why_not("ana", "cy", asked(policy))
    assert told == ("A rule of the program keeps them apart: never specialty same.",)


def test_those_who_agreed_to_stay_are_the_reason() -> None:
    assert why_not("ana", "cy", asked(locks=(("ana", "bo"),)))[-1] == "ana and bo agreed to stay together."
    wished = (Request(asker="ana", asked="bo"), Request(asker="bo", asked="ana"))
    assert why_not("ana", "cy", asked(requests=wished))[-1] == "ana and bo asked for each other."


def test_a_meeting_that_would_be_repeated_is_the_reason() -> None:
    told = why_not("ana", "cy", asked(history=((1, frozenset(("ana", "cy"))),), number=2))
    assert told[-2:] == (
        "They last met in round 1.",
        "With these two together, 1 more pair would meet who have met before.",
    )


def test_somebody_without_a_group_has_no_partner_to_ask_about() -> None:
    assert why_not("ana", "di", asked(SPECIALTY, ("ana", "bo")))[-1] == (
        "di: no suitable partner among those available."
    )


@pytest.mark.parametrize(("one", "other"), [("ana", "zoe"), ("ana", "ana")])
def test_a_question_about_somebody_else_is_refused(one: str, other: str) -> None:
    with pytest.raises(NotInRound):
        why_not(one, other, asked())


def test_who_may_edit_never_rules_is_told_of_one_and_nobody_else() -> None:
    policy = replace(SPECIALTY, never=never("ana cy").never)
    assert why_not("ana", "cy", asked(policy), confidential=True) == (
        "A confidential never-rule keeps them apart.",
    )
    told = why_not("ana", "cy", asked(policy))
    assert told == why_not("ana", "cy", asked(SPECIALTY))
    assert told[-1] == "The round as a whole was preferred to one with these two together."


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_never_pairs_change_no_word_of_what_others_are_told(data: st.DataObject) -> None:
    """The same groups, explained under other never-pairs: the same sentences."""
    everybody = data.draw(cohorts(most=9))
    ids = [each.id for each in everybody]
    pairs = [frozenset((one, other)) for one in ids for other in ids if one < other]
    subsets = st.frozensets(st.sampled_from(pairs)) if pairs else st.just(frozenset[frozenset[str]]())
    first, second = (replace(POLICY, never=data.draw(subsets)) for _ in range(2))
    by_id = {each.id: each for each in everybody}
    groups = plan(everybody, first).rounds[0].groups
    assert _told(everybody, by_id, groups, first) == _told(everybody, by_id, groups, second)


def _told(
    everybody: list[Person], by_id: dict[str, Person], groups: tuple[tuple[str, ...], ...], policy: Policy
) -> list[object]:
    chosen = Chosen(groups=groups, people=by_id, policy=policy, size=2, number=1)
    seated = {member for group in groups for member in group}
    return [
        [
            obstacles(each, [other for other in everybody if other != each], policy, groups).why
            for each in everybody
            if each.id not in seated
        ],
        {member: best.sentence() for member, best in alternatives(groups, by_id, policy, Meetings()).items()},
        [why_not(one, other, chosen) for one in by_id for other in by_id if one < other],
    ]


def test_an_excluded_pair_and_an_even_choice_get_the_same_words() -> None:
    even = why_not("p01", "p03", Chosen(
        groups=(("p01", "p02"), ("p03", "p04")), people={each.id: each for each in people(4)},
        policy=Policy(), size=2, number=1,
    ))  # fmt: skip
    apart = why_not("p01", "p03", Chosen(
        groups=(("p01", "p02"), ("p03", "p04")), people={each.id: each for each in people(4)},
        policy=never("p01 p03"), size=2, number=1,
    ))  # fmt: skip
    assert even == apart == ("The round as a whole was preferred to one with these two together.",)
