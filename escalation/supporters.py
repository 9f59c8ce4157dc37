"""Whether a supporter fits a case, how well, and which rule stands in the way.

A never-rule is a conflict like any other in what is said: its reason reveals nothing. Sources: AMA STEPS Forward
(specialty, similar or higher rank, nature of the event); Stanford (never the same department).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Bar(StrEnum):
    """A rule that keeps a supporter from a case."""

    CONFLICT = (
        "a conflict of interest"  # own case, same event, manager, own buddy, a never-rule: never said which
    )
    OWN_UNIT = "the person's own unit"
    CAP = "as many cases as agreed"
    RESTING = "resting after a hard case"
    TRAINING = "training not up to date"
    NOT_TAKING = "taking no new cases"
    PASSED = "passed this case back"
    GENDER = "another gender was asked for"
    LANGUAGE = "no language in common"


Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupporterFacts:
    """One of the pool, as they are now."""

    id: str
    attributes: Values = field(
        default_factory=dict
    )  # specialty, seniority, languages, gender, kinds, shift, site
    unit: str | None = None
    load: int = 0
    cap: int = 3
    total: int = 0  # cases ever accepted
    resting: bool = False
    trained: bool = True
    taking: bool = True
    on_shift: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNeeds:
    """What is known of a case that matters for its supporter."""

    id: str
    attributes: Values = field(default_factory=dict)  # the person's
    kind: str | None = None  # of event
    gender: str | None = None  # asked for
    language: str | None = None  # asked for
    own_unit: bool | None = None  # asked for the own unit (True) or another (False)
    conflicts: frozenset[str] = frozenset()  # supporters who must not have it, whatever the reason
    passed: frozenset[str] = frozenset()  # supporters who passed it back


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingRules:
    """What the program prefers and forbids."""

    own_unit: str = "never"  # never, allowed
    ranks: tuple[str, ...] = ()  # from the lowest to the highest
    specialty: int = 30
    rank: int = 20
    event: int = 15
    same_unit: int = 10  # where allowed and asked for
    language: int = 15
    shift: int = 5
    site: int = 5
    load: int = 12  # taken off for each case in hand
    fairness: int = 2  # taken off for each case ever taken, up to ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How well a supporter fits a case: the score, why, and what stands in the way. A bar forbids."""

    supporter: str
    case: str
    score: int
    reasons: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()


def fit(supporter: SupporterFacts, case: CaseNeeds, rules: MatchingRules) -> Fit:
    """How `supporter` fits `case`. The score is positive wherever no bar stands."""
    scored = [(points, why) for points, why in _points(supporter, case, rules) if points]
    score = 200 + sum(points for points, _ in scored)
    score -= rules.load * supporter.load + rules.fairness * min(supporter.total, 10)
    return Fit(
        supporter=supporter.id,
        case=case.id,
        score=max(score, 1),
        reasons=tuple(why for _, why in scored),
        bars=tuple(_bars(supporter, case, rules)),
    )


def _bars(supporter: SupporterFacts, case: CaseNeeds, rules: MatchingRules) -> list[Bar]:
    own_unit = _shares(supporter.unit and [supporter.unit], case.attributes.get("unit"))
    unit_barred = own_unit and (rules.own_unit == "never" or case.own_unit is False)
    languages = supporter.attributes.get("languages", ())
    checks = (
        (supporter.id in case.conflicts, Bar.CONFLICT),
        (unit_barred, Bar.OWN_UNIT),
        (supporter.load >= supporter.cap, Bar.CAP),
        (supporter.resting, Bar.RESTING),
        (not supporter.trained, Bar.TRAINING),
        (not supporter.taking, Bar.NOT_TAKING),
        (supporter.id in case.passed, Bar.PASSED),
        (
            bool(case.gender) and not _shares([case.gender or ""], supporter.attributes.get("gender")),
            Bar.GENDER,
        ),
        (bool(case.language) and not _shares([case.language or ""], languages), Bar.LANGUAGE),
    )
    return [bar for barred, bar in checks if barred]


def _points(supporter: SupporterFacts, case: CaseNeeds, rules: MatchingRules) -> list[tuple[int, str]]:
    mine, theirs = supporter.attributes, case.attributes
    own_unit = _shares(supporter.unit and [supporter.unit], theirs.get("unit"))
    return [
        (rules.specialty * _shares(mine.get("specialty"), theirs.get("specialty")), "the same specialty"),
        (_rank_points(mine, theirs, rules), "of similar or higher rank"),
        (rules.event * bool(case.kind and _shares([case.kind], mine.get("kinds"))), "knows such events"),
        (rules.same_unit * bool(own_unit and case.own_unit), "of the unit that was asked for"),
        (rules.language * _shares(mine.get("languages"), theirs.get("languages")), "a language in common"),
        (rules.site * _shares(mine.get("site"), theirs.get("site")), "the same site"),
        (rules.shift * supporter.on_shift, "on shift now"),
    ]


def _rank_points(mine: Values, theirs: Values, rules: MatchingRules) -> int:
    """All points for the same rank or one above, half for more above, none below."""
    places = {rank.casefold(): place for place, rank in enumerate(rules.ranks)}
    own, other = (
        max((places.get(value.casefold(), -1) for value in values.get("seniority", ())), default=-1)
        for values in (mine, theirs)
    )
    if min(own, other) < 0 or own < other:
        return 0
    return rules.rank if own - other <= 1 else rules.rank // 2


def _shares(some: Sequence[str] | str | None, others: Sequence[str] | None) -> bool:
    folded = {value.casefold() for value in others or ()}
    return bool(some) and any(value.casefold() in folded for value in some or ())
