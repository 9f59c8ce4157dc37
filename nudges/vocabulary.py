"""Loads the lexicon: the entries a clinician can read in nudges/lexicon/*.yaml, ready to be looked up.

Every entry says what it stands for, why, and by which phrases it is recognised. Loaded once, at the first question.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nudges.phrases import Grammar, Piece, compiled
from nudges.spelling import Spelling, Wording

_LONGEST_ROW = 200  # characters of a message or clause that is compared as a whole
_NEAR = 80  # characters around a hit in which a phrase that contains it is sought
_LISTS = ("whole", "clause", "phrases", "unless", "not_in")
_FOUND = _LISTS[:3]
_TABLES = {"words.yaml", "weights.yaml"}
_KEYS = {"name", "intent", "about", "reason", "weak", *_LISTS}


class LexiconError(ValueError):
    """The lexicon's data is wrong; the message names the file and the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the lexicon."""

    name: str
    intent: str  # an intent of the contract, or `figure` or `denial`: masked before crisis phrases are sought
    about: str | None  # self, other, either (the nearest person named before decides); crisis only
    reason: str
    weak: bool  # counts only where nothing else does
    unless: tuple[Piece, ...]  # spoils a hit in the same sentence
    not_in: tuple[Piece, ...]  # spoils a hit that it shares a word with


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An entry found in a text, and where."""

    entry: Entry
    how: str  # whole, clause or phrases
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """All entries, indexed by the words without which they cannot match."""

    entries: tuple[Entry, ...]
    spelling: Spelling
    fillers: frozenset[str]
    persons: dict[str, frozenset[str]]  # self and other: the words that name a subject
    index: dict[str, dict[str, list[tuple[Piece, Entry]]]]  # how -> word -> candidates
    weights: dict[str, float]  # word or pair of words -> how much it speaks for danger

    def hits(self, wording: Wording, intents: frozenset[str]) -> Iterator[Hit]:
        """Every entry with one of these intents that the text holds, wherever it stands, in no order."""
        rows = dict.fromkeys(("clause", each) for each in wording.clauses)
        for how, text in (("whole", wording.whole), *rows):
            if len(text) > _LONGEST_ROW:
                continue
            for row in {text, self._bare(text)}:
                for piece, entry in self._candidates(how, row.split(), intents):
                    if compiled(piece.pattern).fullmatch(f" {row} ", 1):
                        yield Hit(entry=entry, how=how, start=0, end=len(wording.flat))
        judged: dict[tuple[str, int], bool] = {}
        for piece, entry in self._candidates("phrases", wording.words, intents):
            for found in compiled(piece.pattern).finditer(wording.flat):
                first = wording.flat.rfind(". ", 0, found.start())
                if (entry.name, first) not in judged:
                    judged[entry.name, first] = spoiled(entry, wording.flat, found.start(), found.end())
                if not judged[entry.name, first] and not part_of(
                    entry, wording.flat, found.start(), found.end()
                ):
                    yield Hit(entry=entry, how="phrases", start=found.start(), end=found.end())

    def _candidates(
        self, how: str, words: Iterable[str], intents: frozenset[str]
    ) -> Iterator[tuple[Piece, Entry]]:
        index = self.index[how]
        for word in set(words) & index.keys():
            for piece, entry in index[word]:
                if entry.intent in intents:
                    yield piece, entry

    def _bare(self, text: str) -> str:
        words = text.split()
        first, last = 0, len(words)
        while first < last and words[first] in self.fillers:
            first += 1
        while first < last and words[last - 1] in self.fillers:
            last -= 1
        return " ".join(words[first:last])


def spoiled(entry: Entry, flat: str, start: int, end: int) -> bool:
    """Whether one of the entry's `unless` phrases stands in the sentence of a hit."""
    if not entry.unless:
        return False
    first, last = flat.rfind(". ", 0, start), flat.find(" .", end - 1)
    sentence = " " + flat[first if first >= 0 else 0 : last + 2] + " "
    return any(compiled(piece.pattern).search(sentence) for piece in entry.unless)


def part_of(entry: Entry, flat: str, start: int, end: int) -> bool:
    """Whether a hit shares a word with one of the entry's `not_in` phrases."""
    first = max(0, start - _NEAR)
    near = flat[first : end + _NEAR]
    return any(
        first + found.start() < end and start < first + found.end()
        for piece in entry.not_in
        for found in compiled(piece.pattern).finditer(near)
    )


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the program. Raises LexiconError when its data is wrong."""
    folder = files("nudges") / "lexicon"
    tables: dict[str, Any] = {}
    rows: list[tuple[str, dict[str, Any]]] = []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".yaml"):
            continue
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506 (a safe loader)
        if file.name in _TABLES:
            tables |= data
        else:
            rows.extend((file.name, row) for row in data)
    return _built(tables, rows)


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _built(tables: dict[str, Any], rows: list[tuple[str, dict[str, Any]]]) -> Lexicon:
    expand = {
        wrong: tuple(right.split())
        for right, wrongs in tables["spelling"].items()
        for wrong in str(wrongs).split()
    }
    bare = Spelling(expand=expand, emoji={}, known=frozenset(), guarded=(), anchors=frozenset())
    grammar = Grammar(tables["classes"], bare.plain)
    index: dict[str, dict[str, list[tuple[Piece, Entry]]]] = {how: defaultdict(list) for how in _LISTS}
    entries: list[Entry] = []
    known: set[str] = {word for words in expand.values() for word in words}
    for file, row in rows:
        entry = _entry(file, row, grammar)
        entries.append(entry)
        for how in _LISTS:
            for text in row.get(how, ()):
                piece = grammar.phrase(str(text))
                known |= piece.words
                for key in piece.keys if how in _FOUND else ():
                    index[how][key].append((piece, entry))
    known.update(str(tables["ordinary"]).split())
    return Lexicon(
        entries=tuple(entries),
        spelling=Spelling(
            expand=expand,
            emoji=tables["emoji"],
            known=frozenset(known),
            guarded=tuple(str(tables["guarded"]).split()),
            anchors=frozenset(str(tables["anchors"]).split()),
        ),
        fillers=frozenset(str(tables["fillers"]).split()),
        persons={side: frozenset(str(words).split()) for side, words in tables["persons"].items()},
        index={how: dict(words) for how, words in index.items()},
        weights={sign: points for points, signs in tables["weights"].items() for sign in signs.split(", ")},
    )


def _entry(file: str, row: dict[str, Any], grammar: Grammar) -> Entry:
    unknown = row.keys() - _KEYS
    if unknown or not {"name", "intent", "reason"} <= row.keys():
        raise LexiconError(f"{file}: entry {row.get('name')!r}: wrong or missing keys {sorted(unknown)}")
    return Entry(
        name=row["name"],
        intent=row["intent"],
        about=row.get("about"),
        reason=row["reason"],
        weak=bool(row.get("weak", False)),
        unless=tuple(grammar.phrase(str(text)) for text in row.get("unless", ())),
        not_in=tuple(grammar.phrase(str(text)) for text in row.get("not_in", ())),
    )
