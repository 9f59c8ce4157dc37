"""Who is new to supporting, and who stands by them."""

from escalation.care import CareRules, is_early, twins_for
from escalation.supporters import SupporterFacts

RULES = CareRules(early_cases=5)


def one(name: str, **facts: object) -> SupporterFacts:
    return SupporterFacts(id=name, **facts)  # type: ignore[arg-type]


def test_a_supporter_is_new_to_it_until_some_cases_were_taken() -> None:
    assert is_early(one("new", total=4), RULES)
    assert not is_early(one("old", total=5), RULES)


def test_nobody_stands_by_who_is_new_untrained_of_the_same_unit_or_the_same_person() -> None:
    new = one("new", unit="ICU")
    pool = [
        new, one("new too", total=1), one("untrained", total=9, trained=False), one("near", total=9, unit="icu"),
        one("fit", total=9, unit="Surgery"),
    ]  # fmt: skip
    assert [twin.id for twin in twins_for(new, pool, RULES)] == ["fit"]


def test_the_fittest_twin_is_awake_senior_shares_a_language_and_carries_little() -> None:
    new = one("new", attributes={"seniority": ["fellow"], "languages": ["Spanish"]})
    rank = {"seniority": ["attending"], "languages": ["spanish"]}
    pool = [
        one("resting", total=9, attributes=rank, resting=True),
        one("lower", total=9, attributes={"seniority": ["resident"]}),
        one("no words", total=9, attributes={"seniority": ["attending"]}),
        one("busy", total=9, attributes=rank, load=2),
        one("free", total=9, attributes=rank),
    ]
    found = twins_for(new, pool, RULES, ("resident", "fellow", "attending"))
    assert [twin.id for twin in found] == ["free", "busy", "no words", "lower", "resting"]
