"""Several requests at once: as many as can be are placed, and the whole is the best there is."""

from collections.abc import Sequence
from functools import cache
from random import Random

import pytest

from escalation.assignment import assign, bars_of, ranked
from escalation.pool_gaps import pool_gaps
from escalation.supporters import Bar, CaseNeeds, MatchingRules, SupporterFacts, fit

RANKS = ("resident", "fellow", "attending")
RULES = MatchingRules(ranks=RANKS)
SPECIALTIES = ("surgery", "medicine", "pediatrics")


def a_supporter(name: str = "s", **facts: object) -> SupporterFacts:
    return SupporterFacts(id=name, **facts)  # type: ignore[arg-type]


def a_case(name: str = "c", **facts: object) -> CaseNeeds:
    return CaseNeeds(id=name, **facts)  # type: ignore[arg-type]


def random_instance(random: Random) -> tuple[list[CaseNeeds], list[SupporterFacts]]:
    """Up to five cases and five supporters, with everything that may speak for or against."""
    names = [f"s{number}" for number in range(random.randint(1, 5))]
    pool = [
        a_supporter(
            name,
            attributes={
                "specialty": [random.choice(SPECIALTIES)],
                "seniority": [random.choice(RANKS)],
                "languages": random.sample(["English", "Spanish", "Arabic"], 2),
            },
            unit=random.choice("ABC"),
            load=random.randint(0, 2),
            cap=random.randint(1, 4),
            total=random.randint(0, 12),
            resting=random.random() < 0.1,
        )
        for name in names
    ]
    cases = [
        a_case(
            f"c{number}",
            attributes={
                "specialty": [random.choice(SPECIALTIES)],
                "seniority": [random.choice(RANKS)],
                "unit": [random.choice("ABC")],
                "languages": ["English"],
            },
            conflicts=frozenset(name for name in names if random.random() < 0.2),
            language=random.choice([None, None, "Spanish"]),
        )
        for number in range(random.randint(1, 5))
    ]
    return cases, pool


def optimum(cases: Sequence[CaseNeeds], pool: Sequence[SupporterFacts]) -> tuple[int, int]:
    """(most cases placed, best weight for that), by trying everything: an independent computation."""

    @cache
    def best(place: int, taken: tuple[int, ...]) -> tuple[int, int]:
        if place == len(cases):
            return 0, 0
        found = best(place + 1, taken)
        for number, supporter in enumerate(pool):
            one = fit(supporter, cases[place], RULES)
            if one.bars or taken[number] >= supporter.cap - supporter.load:
                continue
            after = (*taken[:number], taken[number] + 1, *taken[number + 1 :])
            count, weight = best(place + 1, after)
            worth = 10 * one.score - 10 * RULES.load * taken[number]
            found = max(found, (count + 1, weight + worth))
        return found

    return best(0, (0,) * len(pool))


def test_the_assignment_equals_the_exact_optimum_in_a_thousand_instances() -> None:
    random = Random(20261127)
    for number in range(1000):
        cases, pool = random_instance(random)
        found = assign(cases, pool, RULES)
        assert (len(found.pairs), found.weight) == optimum(cases, pool), number
        assert all(not pair.bars for pair in found.pairs)
        assert len(found.pairs) + len(found.unplaced) == len(cases)


def test_the_same_input_gives_the_same_answer_in_whatever_order() -> None:
    random = Random(7)
    for _ in range(30):
        cases, pool = random_instance(random)
        assert assign(cases, pool, RULES) == assign(list(reversed(cases)), list(reversed(pool)), RULES)


def test_two_cases_go_to_two_supporters_where_one_alone_would_take_the_best() -> None:
    surgeon = a_supporter("surgeon", attributes={"specialty": ["surgery"]}, cap=1)
    other = a_supporter("other", cap=1)
    any_case = a_case("any", attributes={"specialty": ["surgery"]})
    picky = a_case("picky", conflicts=frozenset({"other"}))
    pairs = {pair.case: pair.supporter for pair in assign([any_case, picky], [surgeon, other], RULES).pairs}
    assert pairs == {"picky": "surgeon", "any": "other"}


@pytest.mark.parametrize(
    ("supporter", "case", "bar"),
    [
        (a_supporter(), a_case(conflicts=frozenset({"s"})), Bar.CONFLICT),
        (a_supporter(unit="ICU"), a_case(attributes={"unit": ["icu"]}), Bar.OWN_UNIT),
        (a_supporter(load=3, cap=3), a_case(), Bar.CAP),
        (a_supporter(resting=True), a_case(), Bar.RESTING),
        (a_supporter(trained=False), a_case(), Bar.TRAINING),
        (a_supporter(taking=False), a_case(), Bar.NOT_TAKING),
        (a_supporter(), a_case(passed=frozenset({"s"})), Bar.PASSED),
        (a_supporter(attributes={"gender": ["man"]}), a_case(gender="woman"), Bar.GENDER),
        (a_supporter(attributes={"languages": ["English"]}), a_case(language="Spanish"), Bar.LANGUAGE),
    ],
)
def test_each_rule_keeps_a_supporter_from_a_case_and_is_named(
    supporter: SupporterFacts, case: CaseNeeds, bar: Bar
) -> None:
    assert fit(supporter, case, RULES).bars == (bar,)
    found = assign([case], [supporter], RULES)
    assert (found.pairs, dict(found.unplaced)) == ((), {"c": {bar: 1}})


def test_own_unit_is_allowed_where_the_program_says_so_and_the_person_does_not_object() -> None:
    rules = MatchingRules(own_unit="allowed")
    supporter, unit = a_supporter(unit="ICU"), {"unit": ["ICU"]}
    assert fit(supporter, a_case(attributes=unit), rules).bars == ()
    assert fit(supporter, a_case(attributes=unit, own_unit=False), rules).bars == (Bar.OWN_UNIT,)
    asked = fit(supporter, a_case(attributes=unit, own_unit=True), rules)
    assert "of the unit that was asked for" in asked.reasons


def test_a_short_list_puts_the_same_specialty_and_a_similar_rank_first_and_says_why() -> None:
    person = a_case(attributes={"specialty": ["surgery"], "seniority": ["fellow"]}, kind="error")
    pool = [
        a_supporter("junior", attributes={"specialty": ["surgery"], "seniority": ["resident"]}),
        a_supporter(
            "senior", attributes={"specialty": ["surgery"], "seniority": ["attending"], "kinds": ["error"]}
        ),
        a_supporter("stranger"),
    ]
    found = ranked(person, pool, RULES)
    assert [one.supporter for one in found] == ["senior", "junior", "stranger"]
    assert found[0].reasons == ("the same specialty", "of similar or higher rank", "knows such events")


def test_load_and_a_long_record_weigh_against_a_further_case() -> None:
    pool = [a_supporter("busy", load=1), a_supporter("veteran", total=4), a_supporter("fresh")]
    assert [one.supporter for one in ranked(a_case(), pool, RULES)] == ["fresh", "veteran", "busy"]


def test_nobody_suitable_says_so_with_the_rules_in_the_way() -> None:
    pool = [a_supporter("a", resting=True), a_supporter("b", resting=True, trained=False)]
    assert bars_of(a_case(), pool, RULES) == {Bar.RESTING: 2, Bar.TRAINING: 1}


def test_the_gap_report_names_whose_cases_nobody_like_them_could_take() -> None:
    members = [{"specialty": ["surgery"], "seniority": ["attending"], "languages": ["English"]}] * 3
    members += [{"specialty": ["medicine"], "seniority": ["resident"], "languages": ["Spanish", "English"]}]
    pool = [
        a_supporter(
            "s", attributes={"specialty": ["medicine"], "seniority": ["fellow"], "languages": ["English"]}
        ),
        a_supporter("away", attributes={"specialty": ["surgery"], "seniority": ["attending"]}, taking=False),
    ]
    gaps = [(gap.what, gap.value, gap.members) for gap in pool_gaps(members, pool, RULES)]
    assert gaps == [("rank", "attending", 3), ("specialty", "surgery", 3), ("language", "Spanish", 1)]
