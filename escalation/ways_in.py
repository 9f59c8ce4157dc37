"""How a case may come about, and what may be said of it: a kind from a fixed list and one neutral sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pairing.errors import PrepairedError

LONGEST_SENTENCE = 140
LONGEST_NAME = 80


class Kind(StrEnum):
    """What happened, and no more than that."""

    ERROR = "error"
    DEATH = "death"
    AGGRESSION = "aggression"
    LAWSUIT = "lawsuit"
    COLLEAGUE = "colleague"  # a colleague's illness or death
    MISTREATMENT = "mistreatment"
    OTHER = "other"


class Source(StrEnum):
    """Through which door a case came in."""

    SELF = "self"
    CONCERN = "concern"
    REFERRAL = "referral"
    PHONE = "phone"
    EVENT = "event"


class BadSentence(PrepairedError):
    """A sentence that must not be kept; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence as it may be kept, and what makes it look like more than it should be."""

    text: str
    looks_clinical: tuple[str, ...]  # the words; a person decides


_NUMBER = re.compile(r"(?:\d[\s./-]?){5,}")
_CODE = re.compile(r"\b[A-TV-Z]\d{2}(?:\.\d+)?\b")
_DOSE = re.compile(r"\b\d+\s?(?:mg|mcg|ml|units?)\b", re.IGNORECASE)
_CLINICAL = re.compile(
    r"\b(diagnos\w*|depress\w*|suicid\w*|self-harm\w*|overdos\w*|bipolar|psych\w+|anxiety|ptsd|panic|alcohol\w*|"
    r"addict\w*|drunk|relaps\w*|rehab|medicat\w*|antidepress\w*|sertraline|prozac|xanax|therap\w+|insomnia|"
    r"pregnan\w*|cancer|hiv|mrn|patient\s+\w+\s+\w+)\b",
    re.IGNORECASE,
)


def sentence(text: str) -> Sentence:
    """The one sentence of a case. Raises BadSentence for one that is too long, or carries a number of a record.

    What merely looks clinical is let through, with the words that make it look so: the page warns before it is sent.
    """
    words = " ".join(text.split())
    if len(words) > LONGEST_SENTENCE:
        raise BadSentence(f"one sentence of at most {LONGEST_SENTENCE} characters; this has {len(words)}")
    if _NUMBER.search(words):
        raise BadSentence("no number of an event, a record or a phone belongs here")
    found = [match[0] for pattern in (_CLINICAL, _CODE, _DOSE) for match in pattern.finditer(words)]
    return Sentence(text=words, looks_clinical=tuple(dict.fromkeys(found)))


def kind_of(text: str) -> Kind:
    """The kind of that name. Raises BadSentence naming the list."""
    try:
        return Kind(text.strip().lower())
    except ValueError:
        raise BadSentence(f"{text!r} is no kind of event; use one of {', '.join(Kind)}") from None


def kinds() -> Sequence[tuple[str, str]]:
    """Each kind and how a page says it."""
    words = {
        Kind.ERROR: "An error, or a harm that was done",
        Kind.DEATH: "A death that weighs",
        Kind.AGGRESSION: "Violence or threats",
        Kind.LAWSUIT: "A lawsuit or complaint",
        Kind.COLLEAGUE: "A colleague’s illness or death",
        Kind.MISTREATMENT: "Mistreatment at work",
        Kind.OTHER: "Something else, or not to be said",
    }
    return [(kind.value, words[kind]) for kind in Kind]
