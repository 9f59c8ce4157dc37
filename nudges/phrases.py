"""The phrase language of the lexicon and the search for its phrases in a text.

A phrase is plain words with five signs a clinician can read:
`(a|b c)` one of these, `word?` may be missing, `...` up to four words in between, `..` the same without I, me or my,
`^` and `$` the start and the end of a sentence, `<want>` a word class from words.yaml, `<n>` a number or date.
What a phrase means is not decided here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_TOKEN = re.compile(r"[\w'/:.\-]*[\w']|\.\.\.?|[()|?^$]|<[\w-]+>")


class PhraseError(ValueError):
    """A phrase of the lexicon cannot be read; the message shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Part of a phrase: the expression that matches it and the words without which it cannot match."""

    pattern: str
    keys: frozenset[str]  # at least one of these must occur; empty: may match without any
    words: frozenset[str]  # every word that is mentioned


_SIGNS = {
    sign: Piece(pattern=pattern, keys=frozenset(), words=frozenset())
    for sign, pattern in {
        "...": r"(?:[^ .]+ ){0,4}?",
        "..": r"(?:(?!(?:i|me|my|myself) )[^ .]+ ){0,4}?",
        "^": r"(?<=\. )",
        "$": r"(?=\.)",
        "<n>": r"\d[^ ]* ",
    }.items()
}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The expression for a phrase, built when a text first needs it."""
    return re.compile(r"(?<= )" + pattern)


class Grammar:
    """Reads phrases; `plain` brings a word to the spelling that texts are brought to."""

    def __init__(self, classes: Mapping[str, Iterable[str]], plain: Callable[[str], tuple[str, ...]]) -> None:
        self._classes = classes
        self._plain = plain
        self._read = dict(_SIGNS)

    def phrase(self, text: str) -> Piece:
        """One phrase. Raises PhraseError when brackets or classes are wrong."""
        tokens = _TOKEN.findall(text.lower())
        if len("".join(tokens)) != len("".join(text.split())):
            raise PhraseError(f"a sign in {text!r} is not part of the phrase language")
        piece, rest = self._either(tokens, text)
        if rest:
            raise PhraseError(f"cannot read {text!r} from {rest[0]!r} on")
        if not piece.keys:
            raise PhraseError(f"{text!r} could match without any word")
        return piece

    def _either(self, tokens: list[str], whole: str) -> tuple[Piece, list[str]]:
        choices: list[Piece] = []
        while True:
            piece, tokens = self._row(tokens, whole)
            choices.append(piece)
            if not tokens or tokens[0] != "|":
                return _one_of(choices), tokens
            tokens = tokens[1:]

    def _row(self, tokens: list[str], whole: str) -> tuple[Piece, list[str]]:
        row: list[Piece] = []
        while tokens and tokens[0] not in "|)":
            sign, tokens = tokens[0], tokens[1:]
            if sign == "?":
                if not row:
                    raise PhraseError(f"nothing before ? in {whole!r}")
                row[-1] = _optional(row[-1])
            elif sign == "(":
                piece, tokens = self._either(tokens, whole)
                if not tokens:
                    raise PhraseError(f"a bracket stays open in {whole!r}")
                row.append(piece)
                tokens = tokens[1:]
            else:
                row.append(self._single(sign, whole))
        return _in_order(row), tokens

    def _single(self, sign: str, whole: str) -> Piece:
        if sign not in self._read:
            self._read[sign] = self._class(sign[1:-1], whole) if sign.startswith("<") else self._word(sign)
        return self._read[sign]

    def _word(self, sign: str) -> Piece:
        words = self._plain(sign)
        text = "".join(re.escape(word) + " " for word in words)
        return Piece(pattern=text, keys=frozenset(words[:1]), words=frozenset(words))

    def _class(self, name: str, whole: str) -> Piece:
        if name not in self._classes:
            raise PhraseError(f"no word class <{name}>, in {whole!r}")
        return _one_of([self.phrase(each) for each in self._classes[name]])


def _one_of(choices: list[Piece]) -> Piece:
    if len(choices) == 1:
        return choices[0]
    free = any(not choice.keys for choice in choices)
    return Piece(
        pattern="(?:" + "|".join(choice.pattern for choice in choices) + ")",
        keys=frozenset() if free else frozenset().union(*(choice.keys for choice in choices)),
        words=frozenset().union(*(choice.words for choice in choices)),
    )


def _optional(piece: Piece) -> Piece:
    return Piece(pattern=f"(?:{piece.pattern})?", keys=frozenset(), words=piece.words)


# Words so common that a phrase is better looked up by another of its words.
_COMMON = frozenset(
    (
        *(
            "a",
            "am",
            "an",
            "and",
            "are",
            "at",
            "be",
            "can",
            "do",
            "for",
            "go",
            "get",
            "have",
            "he",
            "i",
            "in",
            "is",
            "it",
        ),
        *(
            "me",
            "my",
            "not",
            "of",
            "on",
            "out",
            "she",
            "so",
            "that",
            "the",
            "they",
            "this",
            "to",
            "up",
            "us",
            "was",
            "we",
        ),
        *("will", "with", "would", "you", "your", "de", "je", "la", "le", "mi", "no", "que", "un", "una"),
    )
)


def _in_order(row: list[Piece]) -> Piece:
    if len(row) == 1:
        return row[0]
    keyed = [piece.keys for piece in row if piece.keys]
    best = min(keyed, key=lambda keys: (len(keys & _COMMON), len(keys)), default=frozenset())
    return Piece(
        pattern="".join(piece.pattern for piece in row),
        keys=best,
        words=frozenset().union(*(piece.words for piece in row)),
    )
