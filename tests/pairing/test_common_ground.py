"""What a group is told that it shares: the strongest first, for everybody in it, and never what is against them."""

import pytest

from nudges.languages import translator
from nudges.why_you import why_you
from pairing.common_ground import CHOSEN, MOST, Shared, common_ground
from pairing.policy import Person, Policy, Preference, Rule
from pairing.working_hours import WORKING_HOURS, working_hours

RANKS = ("resident", "fellow", "attending", "chief")


def person(name: str, **attributes: str) -> Person:
    return Person(id=name, attributes={key: frozenset(value.split("|")) for key, value in attributes.items()})


def told(group: list[Person], *preferences: Preference, language: str = "en") -> list[str]:
    shared = common_ground(group, Policy(preferences=preferences))
    say = translator(language)
    return [why_you(one.how, one.attribute, one.values, say) for one in shared]


SPECIALTY = Preference(attribute="specialty", rule=Rule.SAME, weight=30)
UNIT = Preference(attribute="home_unit", rule=Rule.DIFFERENT, weight=10)
RANK = Preference(attribute="rank", rule=Rule.NEAR, weight=20, scale=RANKS)
LANGUAGES = Preference(attribute="languages", rule=Rule.OVERLAP, weight=5)


def test_two_are_told_what_they_share_the_strongest_rule_first() -> None:
    one = person("a", specialty="Surgery", rank="resident", home_unit="ICU", languages="English|Hindi|French")
    other = person("b", specialty="surgery", rank="fellow", home_unit="ED", languages="hindi|english")
    assert told([one, other], LANGUAGES, UNIT, RANK, SPECIALTY) == [
        "You have the same specialty: Surgery.",
        "You are close in rank.",
        "Each of you brings a different home unit.",
    ]
    assert told([one, other], LANGUAGES) == ["You have languages in common: English, Hindi."]


def test_nothing_against_a_group_is_told_to_it() -> None:
    one = person("a", specialty="Surgery", rank="resident", home_unit="ICU", languages="English")
    other = person("b", specialty="Nursing", rank="chief", home_unit="ICU", languages="French")
    assert told([one, other], LANGUAGES, UNIT, RANK, SPECIALTY) == []


def test_three_are_told_only_what_holds_for_all_three_and_no_id() -> None:
    three = [
        person("m1", specialty="Surgery", home_unit="ICU", rank="resident"),
        person("m2", specialty="Surgery|Nursing", home_unit="ED", rank="fellow"),
        person("m3", specialty="surgery", home_unit="ICU", rank="chief"),
    ]
    assert told(three, SPECIALTY, UNIT, RANK) == ["You have the same specialty: Surgery."]


def test_what_is_not_known_of_somebody_is_not_told() -> None:
    assert told([person("a", specialty="Surgery"), person("b")], SPECIALTY, UNIT) == []


def test_it_is_a_reason_to_begin_and_no_profile() -> None:
    rules = [Preference(attribute=f"a{number}", rule=Rule.SAME, weight=number) for number in range(1, 8)]
    attributes = {rule.attribute: "x" for rule in rules}
    assert len(told([person("a", **attributes), person("b", **attributes)], *rules)) == MOST


@pytest.mark.parametrize("shared", [CHOSEN, Shared(how="same", attribute="rank", values=("a", "b"))])
def test_what_was_written_down_is_read_again(shared: Shared) -> None:
    assert Shared.of(shared.record()) == shared


def test_a_reader_is_told_in_their_language() -> None:
    two = [person("a", specialty="Surgery"), person("b", specialty="Surgery")]
    assert told(two, SPECIALTY, language="es") == ["Tienen lo mismo en specialty: Surgery."]
    assert why_you("chosen", "", (), translator("fr")) == "Vous vous êtes choisis."


def test_common_hours_are_told_as_a_number_of_hours() -> None:
    days = frozenset(range(5))
    early, late = (working_hours([span], days, "UTC") for span in ("07:00-15:00", "11:00-19:00"))
    two = [Person(id=name, attributes={WORKING_HOURS: held}) for name, held in (("a", early), ("b", late))]
    overlap = Preference(attribute=WORKING_HOURS, rule=Rule.OVERLAP, weight=10)
    assert told(two, overlap) == ["You work at the same time for 20 hours a week."]


def test_an_unknown_way_to_share_is_left_out() -> None:
    assert why_you("rumor", "x", (), translator("en")) == ""
