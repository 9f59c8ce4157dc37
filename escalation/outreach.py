"""What a supporter is given: the invitation, the session's questions, and the cards of other help, by site."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class CardKind(StrEnum):
    """What a case may go on to."""

    COUNSELING = "counseling"
    STRESS_REDUCTION = "stress_reduction"
    LEGAL_ADVICE = "legal_advice"
    DISCLOSURE_COACHING = "disclosure_coaching"
    TIME_OFF = "time_off"
    ADMINISTRATIVE_HELP = "administrative_help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One place to refer to. Without sites it serves every site."""

    kind: CardKind
    name: str
    how: str  # how to reach it, as a person would say it
    sites: tuple[str, ...] = ()


# Read aloud or sent in the supporter's own words. It invites, and leaves an easy way out.
INVITATION = (
    "Hello, this is {supporter}. I am a peer supporter of {program}, a colleague and not your manager. {why} "
    "I would like to hear how you are doing, if you care to talk. If not, that is quite all right, and nobody "
    "is told. When would suit you, or shall I leave you in peace?"
)
# Why somebody calls, true for the door through which the case came in.
WHY: Mapping[str, str] = MappingProxyType(
    {
        "self": "You asked us to be in touch.",
        "concern": "You asked for somebody to think with about a colleague; no names are needed.",
        "referral": "Somebody thought that you might like to hear from us.",
        "phone": "Somebody thought that you might like to hear from us.",
        "event": "We reach out to everybody who was there, as a matter of routine.",
    }
)
AFTER_A_NO = (
    "Thank you for telling me. May I send you a short list of places that help? You can come back to us at any "
    "time, and nothing of this is kept."
)
QUESTIONS: Sequence[str] = (
    "What happened, as much as you want to tell?",
    "What has been the hardest part since?",
    "How are you sleeping, eating, getting through a shift?",
    "Who is with you in this, at work and at home?",
    "What has helped you before, in a hard time?",
    "Are there moments when you feel that you cannot go on, or think of ending your life?",
    "What would make the next few days easier? What can I take off you?",
    "May I call again in a few days?",
)
REMEMBER = (
    "Listen more than you speak. You need not fix it, judge it or find out what went wrong. Write nothing down. "
    "One to three talks; then other help, if they want it."
)


def invitation(supporter: str, program: str, source: str) -> str:
    """What to say first, in the supporter's name and true to how the case came in."""
    return INVITATION.format(supporter=supporter, program=program, why=WHY.get(source, WHY["self"]))


def cards_for(cards: Iterable[Card], sites: Iterable[str]) -> list[Card]:
    """The cards of those sites and of every site, in the order of the kinds."""
    here = {site.casefold() for site in sites}
    fitting = [card for card in cards if not card.sites or here & {site.casefold() for site in card.sites}]
    return sorted(fitting, key=lambda card: (list(CardKind).index(card.kind), card.name))
