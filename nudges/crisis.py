"""Decides whether a text sounds like danger to life, and whose. Recall comes first.

The figures of speech and denials of the lexicon are covered before its crisis phrases are sought, so that
"this shift is killing me and I want to die" is still found. What happens then is decided elsewhere.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nudges.spelling import Wording
from nudges.vocabulary import Hit, Lexicon
from nudges.weights import ENOUGH, total

ADDED_UP = "words that add up"  # what decided where no entry of the lexicon did

_CRISIS = frozenset({"crisis"})
_COVERS = frozenset({"figure", "denial"})
_LOOKED_BACK = 300  # characters in which the person is sought whom a phrase is about
_WORD = re.compile(r"[^ ]+")
# Pronouns that stand for the hearer rather than the one in danger after these: "told me", "talked to her".
_OBJECTS = frozenset({"me", "her", "him", "them", "us"})
_BEFORE_OBJECT = frozenset(
    (
        *(
            "told",
            "tell",
            "tells",
            "telling",
            "texted",
            "text",
            "texts",
            "messaged",
            "called",
            "calls",
            "asked",
            "ask",
        ),
        *("asking", "with", "to", "said", "writes", "wrote", "at", "on", "from", "showed", "sent", "emailed"),
    )
)
_SAYING = frozenset(
    (
        "said",
        "says",
        "say",
        "texted",
        "texts",
        "told",
        "tells",
        "wrote",
        "writes",
        "messaged",
        "posted",
        "telling",
    )
)
_BETWEEN = frozenset(("me", "that", "us", "just", "today", "how", "yesterday", "once", "then", "to"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the crisis phrases say about a text."""

    name: str  # the entry that decided
    about: str  # self or other
    said: bool  # a person is named; otherwise the sender is assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The outcome: a finding, or none, and whether danger to oneself was denied in words."""

    finding: Finding | None
    denied: str | None  # the entry's name
    covered: str  # the text with figures of speech and denials covered


def search(wording: Wording, lexicon: Lexicon) -> Search:
    """Looks for danger to life. The sender comes first: one sign about themselves outweighs all about others."""
    covers = list(lexicon.hits(wording, _COVERS))
    covered = Wording(flat=_cover(wording.flat, covers), clauses=wording.clauses)
    hits = list(lexicon.hits(covered, _CRISIS))
    others = [hit for hit in hits if hit.entry.about == "other"]
    findings = [
        Finding(name=hit.entry.name, about=about, said=said)
        for hit in hits
        for about, said in [_about(hit, covered.flat, lexicon, others)]
    ]
    findings.sort(key=lambda each: (each.about != "self", not each.said, each.name))
    denied = sorted(
        hit.entry.name for hit in covers if hit.entry.intent == "denial" and hit.entry.about == "self"
    )
    return Search(
        finding=findings[0] if findings else None,
        denied=denied[0] if denied else None,
        covered=covered.flat,
    )


def adds_up(covered: str, lexicon: Lexicon) -> Finding | None:
    """Danger that no phrase names, when the words of a short text together speak for it."""
    if total(covered, lexicon.weights) <= ENOUGH:
        return None
    about, said = _person(covered.split(), lexicon) or ("self", False)
    return Finding(name=ADDED_UP, about=about, said=said)


def _cover(flat: str, hits: Iterable[Hit]) -> str:
    """The text with every word of the hits replaced by a word that no phrase knows."""
    signs = list(flat)
    for hit in hits:
        for found in _WORD.finditer(flat, hit.start, hit.end):
            if found[0] != ".":
                signs[found.start() : found.end()] = "_" * len(found[0])
    return "".join(signs)


def _about(hit: Hit, flat: str, lexicon: Lexicon, others: list[Hit]) -> tuple[str, bool]:
    """Whose danger a hit is about, and whether the text says so."""
    start = max(flat.rfind(". ", 0, hit.start + 1) + 1, hit.start - _LOOKED_BACK)
    before, inside = flat[start : hit.start].split(), flat[hit.start : hit.end].split()
    if hit.entry.about == "self":
        return "other" if _quoted(before + inside, lexicon) else "self", True
    if hit.entry.about == "other" or any(other.start < hit.end and hit.start < other.end for other in others):
        return "other", True
    named = _person(before + [word for word in inside if word not in {"him", "her", "them"}], lexicon)
    return named or _person(before + inside, lexicon) or ("self", False)


def _person(words: list[str], lexicon: Lexicon) -> tuple[str, bool] | None:
    """The last person named in a row of words; the last, since "I told her she ..." is about her."""
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        if word in _OBJECTS and at and words[at - 1] in _BEFORE_OBJECT:
            continue
        if word in lexicon.persons["other"]:
            return "other", True
        if word in lexicon.persons["self"]:
            return "other" if _quoted(words[: at + 1], lexicon) else "self", True
    return None


def _quoted(words: list[str], lexicon: Lexicon) -> bool:
    """Whether the last "I" is somebody else's: "my buddy texted me I want to die"."""
    if "i" not in words:
        return False
    before = words[: len(words) - 1 - words[::-1].index("i")]
    while before and before[-1] in _BETWEEN:
        before = before[:-1]
    if not before or before[-1] not in _SAYING:
        return False
    speaker = next(
        (
            word
            for word in reversed(before[:-1])
            if word in lexicon.persons["self"] | lexicon.persons["other"]
        ),
        None,
    )
    return speaker in lexicon.persons["other"] or (speaker is None and len(before) > 1)
