"""What an answer means: the intent of a reply, whom it is about, and what else must take effect.

The words are in nudges/lexicon/*.yaml; here is only the order in which they count. What happens next is
decided elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum

from nudges.crisis import adds_up, search
from nudges.spelling import Wording
from nudges.tapbacks import untapped
from nudges.vocabulary import Hit, Lexicon, lexicon


class Intent(StrEnum):
    """What a member can mean."""

    CONNECTED = "connected"
    NOT_CONNECTED = "not_connected"
    SUPPORT = "support"
    CONCERN = "concern"
    CRISIS = "crisis"
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    REMATCH = "rematch"
    PAUSE = "pause"
    LATER = "later"
    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_PERSON = "wrong_person"
    UNCLEAR = "unclear"


class About(StrEnum):
    """Whose danger a crisis is about."""

    SELF = "self"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What a reply means."""

    intent: Intent
    about: About | None  # crisis only
    also: tuple[Intent, ...]  # further intents that must take effect
    confidence: float  # 0 to 1; a rank of the kinds of evidence, not a probability
    matched: str  # the lexicon's entry that decided, never the person's words


# The intent that protects the sender wins; a colour counts only below those, and of two colours the graver one.
_ORDER = (
    Intent.SUPPORT,
    Intent.CONCERN,
    Intent.STOP,
    Intent.RED,
    Intent.ORANGE,
    Intent.YELLOW,
    Intent.GREEN,
    Intent.WRONG_PERSON,
    Intent.REMATCH,
    Intent.START,
    Intent.PAUSE,
    Intent.LATER,
    Intent.NOT_CONNECTED,
    Intent.CONNECTED,
    Intent.HELP,
)
_SOUGHT = frozenset(str(intent) for intent in _ORDER)
_YES_OR_NO = frozenset((str(Intent.CONNECTED), str(Intent.NOT_CONNECTED)))
_CONFIDENCE = {"whole": 0.99, "clause": 0.9, "phrases": 0.8}
_ADDED_UP = 0.6
_DENIED = 0.5
_ANSWERS_IN_A_ROW = 4
_ASKS = frozenset((str(Intent.SUPPORT), str(Intent.CONCERN)))
_AT_THE_START = len(". and please ")


def understand(text: str) -> Understanding:
    """What a reply means. Takes any text; never raises for its content."""
    words = lexicon()
    told = untapped(text)
    if told.quoted is not None:
        return _tapback(told.quoted, told.rest, words)
    return _understood(words.spelling.read(text), words)


def _tapback(quoted: str, rest: str, words: Lexicon) -> Understanding:
    """A reaction to a message says nothing, unless the message was the member's own cry or words follow it."""
    if rest.strip():
        after = understand(rest)
        if after.intent is not Intent.UNCLEAR:
            return after
    wording = words.spelling.read(quoted)
    finding = search(wording, words).finding
    if finding and "988" not in wording.words and wording.words & words.persons["self"]:
        return _crisis(finding.name, finding.about, ())
    return _unclear("tapback")


def _understood(wording: Wording, words: Lexicon) -> Understanding:
    found = search(wording, words)
    hits = _answers(wording, words)
    stop = any(hit.entry.intent == Intent.STOP for hit in hits)
    also = (Intent.STOP,) if stop else ()
    if found.finding:
        worried = not found.finding.said and any(hit.entry.intent == Intent.CONCERN for hit in hits)
        return _crisis(found.finding.name, About.OTHER if worried else found.finding.about, also)
    guess = None if stop or found.denied else adds_up(found.covered, words)
    if guess and not any(hit.how == "whole" for hit in hits):
        return _crisis(guess.name, guess.about, also, _ADDED_UP)
    best = _best(hits)
    if best is None:
        return _denied(found.denied) if found.denied else _unclear("nothing")
    if best.entry.intent in _YES_OR_NO:
        if wording.asks and best.how == "whole":
            return _unclear("a question")
        if {hit.entry.intent for hit in hits if hit.how != "phrases"} >= _YES_OR_NO:
            return _unclear("yes and no")
    intent = Intent(best.entry.intent)
    return Understanding(
        intent=intent,
        about=None,
        also=() if intent is Intent.STOP else also,
        confidence=_CONFIDENCE[best.how],
        matched=best.entry.name,
    )


def _answers(wording: Wording, words: Lexicon) -> list[Hit]:
    hits = list(words.hits(wording, _SOUGHT))
    if any(hit.entry.intent == Intent.STOP for hit in hits):
        return hits + _before_stop(wording, words)
    return _in_a_row(wording, words) or hits


def _in_a_row(wording: Wording, words: Lexicon) -> list[Hit]:
    """The hits of a few answers without a mark between them ("3 stop"), if each word is one by itself.

    "no" is left out: it denies the next word as often as it answers.
    """
    row = [word for word in wording.whole.split() if word != "and"]
    if not 1 < len(row) <= _ANSWERS_IN_A_ROW or "no" in row:
        return []
    each = [_alone(word, words) for word in row]
    return [hit for hits in each for hit in hits] if all(each) else []


def _before_stop(wording: Wording, words: Lexicon) -> list[Hit]:
    """A wish for help that stands, without a mark, before a stop: "3 please stop texting"."""
    first, _, rest = wording.whole.partition(" ")
    asked = [hit for hit in _alone(first, words) if hit.entry.intent in _ASKS]
    if not asked or not rest:
        return []
    after = words.hits(words.spelling.read(rest), frozenset({str(Intent.STOP)}))
    return asked if any(hit.start <= _AT_THE_START for hit in after) else []


def _alone(word: str, words: Lexicon) -> list[Hit]:
    return [hit for hit in words.hits(words.spelling.read(word), _SOUGHT) if hit.how == "clause"]


def _best(hits: list[Hit]) -> Hit | None:
    sure = ("whole", "clause", "phrases")
    strong = [hit for hit in hits if not hit.entry.weak] or hits
    return min(
        strong,
        key=lambda hit: (_ORDER.index(Intent(hit.entry.intent)), sure.index(hit.how), hit.entry.name),
        default=None,
    )


def _crisis(
    name: str, about: str, also: tuple[Intent, ...], confidence: float = _CONFIDENCE["clause"]
) -> Understanding:
    return Understanding(
        intent=Intent.CRISIS, about=About(about), also=also, confidence=confidence, matched=name
    )


def _denied(name: str) -> Understanding:
    return Understanding(intent=Intent.SUPPORT, about=None, also=(), confidence=_DENIED, matched=name)


def _unclear(matched: str) -> Understanding:
    return Understanding(intent=Intent.UNCLEAR, about=None, also=(), confidence=0.0, matched=matched)
