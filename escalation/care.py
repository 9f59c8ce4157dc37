"""Care for supporters as rules and words: who is new to it and whose twin they get, what a meeting is for, role plays.

Sources: AMA STEPS Forward and RISE (supporters are trained, meet quarterly, practice); Godfrey et al. (workload first).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from escalation.supporters import SupporterFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRules:
    """What the program settles."""

    meet_every: timedelta = timedelta(days=91)  # zero: nobody is reminded to plan a meeting
    early_cases: int = 5  # with fewer cases ever taken a supporter is early in it, and gets a senior twin


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePlay:
    """A scene for three: one tells, one listens, one watches."""

    title: str
    teller: str
    listener: str
    watcher: str


AGENDA: Sequence[str] = (
    "Arrive: one word each on how you are. Nobody explains theirs. (5 minutes)",
    "How much we carried since the last time: cases and hours in numbers, never a case. (10 minutes)",
    "One thing that was hard to say, and how you might say it. No names, no units, no dates. (15 minutes)",
    "A role play in threes, then change places. (20 minutes)",
    "What we need: time, training, rest. Somebody takes it to the director. (5 minutes)",
    "Leave: what each of you does for yourself tonight. (5 minutes)",
)
ROLE_PLAYS: Sequence[RolePlay] = (
    RolePlay(
        title="The one who says it is fine",
        teller="A mistake was made on your shift, and the patient was harmed. You say that you are fine. You sleep "
        "badly and have read the chart four times. You tell more only if you are given time.",
        listener="Reach out as a peer. Leave silence. Do not ask what went wrong; ask what it has been like since.",
        watcher="Count who speaks how long. When did the teller breathe out?",
    ),
    RolePlay(
        title="The one who says no",
        teller="You are asked whether you want to talk, and you do not. You feel watched. You want to know who told.",
        listener="Take the no as a good answer. Say what is kept, and that the door stays open. Two minutes.",
        watcher="Was there any pressure, also a kind one? Was the way back clear?",
    ),
    RolePlay(
        title="The one who cannot go on",
        teller="After an hour you say that you cannot see the point any more. Asked directly, you say that you have "
        "thought of ending your life, without a plan.",
        listener="Ask directly, in plain words. Stay. Say that you will not carry this alone, and what you do now: the "
        "button, the crisis line, a warm hand-over.",
        watcher="Was the word said? Did anybody promise to keep it secret?",
    ),
)


def is_early(supporter: SupporterFacts, rules: CareRules) -> bool:
    """Whether a supporter is early in it."""
    return supporter.total < rules.early_cases


def twins_for(
    supporter: SupporterFacts, pool: Sequence[SupporterFacts], rules: CareRules, ranks: Sequence[str] = ()
) -> tuple[SupporterFacts, ...]:
    """Who may stand by an early supporter, the fittest first: senior in it, trained, not of the same unit.

    Before others: not resting, of the same or a higher rank, a language in common, fewer cases in hand.
    """
    places = {rank.casefold(): place for place, rank in enumerate(ranks)}

    def rank(one: SupporterFacts) -> int:
        return max(
            (places.get(word.casefold(), -1) for word in one.attributes.get("seniority", ())), default=-1
        )

    def order(one: SupporterFacts) -> tuple[bool, bool, bool, int, int, str]:
        mine = {word.casefold() for word in supporter.attributes.get("languages", ())}
        shared = mine & {word.casefold() for word in one.attributes.get("languages", ())}
        return (
            one.resting or not one.taking,
            rank(one) < rank(supporter),
            not shared,
            one.load,
            -one.total,
            one.id,
        )

    seniors = [
        one
        for one in pool
        if one.id != supporter.id
        and not is_early(one, rules)
        and one.trained
        and not (one.unit and supporter.unit and one.unit.casefold() == supporter.unit.casefold())
    ]
    return tuple(sorted(seniors, key=order))
