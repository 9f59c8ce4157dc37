"""Brings what people type to one spelling: width, accents, emoji, contractions, leetspeak, letters spaced apart.

Nothing here knows what a word means; the tables come from the lexicon.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

# What is looked at of a text: everything up to this many characters; of a longer one its start, its end and
# what lies between as far as it holds a word that crisis phrases are made of.
LOOKED_AT = 12_000
_EDGE = 4_000

_EMOTICON = re.compile(r"<3+|[:;=]-?[dpx3](?![a-z0-9])|(?<![a-z0-9])x[dp](?![a-z0-9])", re.IGNORECASE)
_TOKEN = re.compile(
    r"\d+(?:[/:.\-]\d+)+|[a-z0-9@$](?:[a-z0-9@$*!|+#]*[a-z0-9@$])?|[.!?]+|\n[ \t\r]*\n|[,;:()\n\"/|<>\u2010-\u2015-]"
)
_STRAIGHT = str.maketrans(dict.fromkeys("’‘`´ʼ＇", "'"))
_APOSTROPHE = re.compile(r"(?<=[a-z])\s?'(?=[a-z])")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")  # "post-call" is one thing; a dash with blanks parts two
_TAIL = re.compile(r"\b([a-z]+)['](ll|re|ve|m|d|s)\b")
_TAILS = {"ll": "will", "re": "are", "ve": "have", "m": "am", "d": "would", "s": "is"}
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
_LEET_L = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "l"}
)
_IDEATION = re.compile(r"\bSI\b")  # suicidal ideation; in small letters the Spanish yes
_LONG = re.compile(r"([a-z])\1{2,}")
_RUN = re.compile(r"([^\w\s])\1{3,}")
# "sucidial", "siuacide": the word that is misspelled most, known by its consonants and two of its vowels
_SUICIDE = re.compile(r"s(?=[a-z]*u)(?=[a-z]*i)[aeiou]+[cs]{1,2}[aeiou]+d[aeiou]*(l[ey]?)?")
_TWO = re.compile(r"(?<=\b(?:want|need|wish|hope|like)) 2 (?=[a-z])|(?<=\b(?:going|ready)) 2 (?=[a-z])")
_LONGEST_WORD = 60
_STRONG = frozenset(".!?")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A text in the lexicon's spelling."""

    flat: str  # words separated by single blanks, sentences by " . ", a ". " at either end
    clauses: tuple[str, ...]  # what stands between any two marks, in order, as words separated by blanks
    asks: bool = False  # ends with a question mark

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word, for looking up which phrases can match at all."""
        return frozenset(self.flat.split())

    @property
    def whole(self) -> str:
        """The message as one row of words, without any mark."""
        return " ".join(self.clauses)


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """The tables a text is brought to one spelling with."""

    expand: Mapping[str, tuple[str, ...]]  # "dont" -> ("do", "not"), "suicde" -> ("suicide",)
    emoji: Mapping[str, str]  # "👍" -> "thumbsup"
    known: frozenset[str]  # every word of the lexicon
    guarded: tuple[str, ...]  # long words that are recognised with one letter wrong
    anchors: frozenset[str]  # words that may be found inside words written together

    def read(self, text: str) -> Wording:
        """The text in the lexicon's spelling; linear in its length."""
        flat: list[str] = ["."]
        clauses: list[list[str]] = [[]]
        text = _RUN.sub(r"\1\1\1", _cut(text, self.anchors))
        if text.strip(" .!?") == "SI" or not text.isupper():
            text = _IDEATION.sub("suicidality", text)
        for token in self._tokens(text):
            if token[0].isalnum() or token[0] in "@$":
                words = self.words(token)
                flat.extend(words)
                clauses[-1].extend(words)
                continue
            if clauses[-1]:
                clauses.append([])
            if (token[0] in _STRONG or token.count("\n") > 1) and flat[-1] != ".":
                flat.append(".")
        if flat[-1] != ".":
            flat.append(".")
        kept = tuple(_closed_up(" ".join(clause)) for clause in clauses if clause)
        return Wording(
            flat=_closed_up(" " + " ".join(flat) + " "), clauses=kept, asks=text.rstrip().endswith("?")
        )

    def plain(self, word: str) -> tuple[str, ...]:
        """A word of the lexicon itself in the common spelling."""
        out: list[str] = []
        for part in _contracted(_folded(word)).split():
            out.extend(self.expand.get(part, (part,)))
        return tuple(out)

    def words(self, token: str) -> tuple[str, ...]:
        """The words that a typed token stands for."""
        if token in self.expand:
            return self.expand[token]
        if (
            len(token) > _LONGEST_WORD
            or token in self.known
            or token.isdigit()
            or not any(map(str.isalpha, token))
        ):
            return (token,)
        for candidate in self._candidates(token):
            if candidate in self.expand:
                return self.expand[candidate]
            if candidate in self.known:
                return (candidate,)
        return self._apart(token)

    def _candidates(self, token: str) -> list[str]:
        short = _LONG.sub(r"\1", token)
        out = [_LONG.sub(r"\1\1", token), short]
        if not token.isalpha():
            out += [token.translate(_LEET), token.translate(_LEET_L)]
            out += [_LONG.sub(r"\1", each) for each in out[-2:]]
            if "*" in token:
                shape = re.compile(re.escape(token).replace(r"\*", "[a-z]"))
                out += [word for word in sorted(self.anchors) if shape.fullmatch(word)]
        if len(token) > 4:
            plain = token.translate(_LEET)
            if shaped := _SUICIDE.fullmatch(plain):
                out.append("suicidal" if shaped[1] else "suicide")
            out += [
                word for word in self.guarded if abs(len(word) - len(plain)) < 2 and _one_off(word, plain)
            ]
        return out

    def _apart(self, token: str) -> tuple[str, ...]:
        """Words written together are taken apart when one of them is an anchor; else the token stays."""
        parts = [part for part in re.split(r"[^a-z0-9]+", token) if part]
        if len(parts) > 1:
            return tuple(word for part in parts for word in self.words(part))
        plain = token if token.isalpha() else token.translate(_LEET)
        if len(plain) >= 7 and any(anchor in plain for anchor in self.anchors):
            split = _split(plain, self.known | self.expand.keys())
            if len(split) > 1 and self.anchors.intersection(split):
                return tuple(word for part in split for word in self.expand.get(part, (part,)))
        return (token.strip("@$*!|+#") or token,)

    def _tokens(self, text: str) -> list[str]:
        text = _folded(text)
        for sign, name in self.emoji.items():
            if sign in text:
                text = text.replace(sign, f" , {name} , ")
        return _joined(_TOKEN.findall(_HYPHEN.sub(" ", _contracted(text))))


def _closed_up(row: str) -> str:
    """ "my self" as one word, and the 2 of "want 2 live" as a word."""
    row = (
        row.replace("my self ", "myself ")
        .replace(" him self ", " himself ")
        .replace(" her self ", " herself ")
    )
    return _TWO.sub(" to ", row)


def _folded(text: str) -> str:
    """One width, one case, no accents, no invisible signs; symbols and quotation marks part clauses."""
    text = unicodedata.normalize("NFKC", _EMOTICON.sub(" , ", text.translate(_STRAIGHT))).casefold()
    out: list[str] = []
    for sign in text:
        if sign.isascii():
            out.append(sign)
            continue
        for part in unicodedata.normalize("NFD", sign):
            kind = unicodedata.category(part)
            if kind in {"Mn", "Me", "Cf"}:
                continue
            out.append(" " if kind == "Zs" else part)
            if kind in {"So", "Pi", "Pf"}:
                out.append(" , ")
    return "".join(out)


def _contracted(text: str) -> str:
    text = _APOSTROPHE.sub("'", text)
    text = _TAIL.sub(lambda found: f"{found[1]} {_TAILS[found[2]]}", text)
    return text.replace("'", "")


def _joined(tokens: list[str]) -> list[str]:
    """Joins runs of three and more single letters: "s u i c i d e", "S.T.O.P"."""
    out: list[str] = []
    run: list[str] = []
    pending: list[str] = []  # marks inside a possible run
    for token in [*tokens, "\n\n"]:
        single = len(token) == 1 and (token.isalnum() or token in {"@", "$"})
        if single:
            run.append(token)
            pending.append(token)
            continue
        if run and token in {".", "-", ","} and pending[-1] not in ".-,":
            pending.append(token)
            continue
        out += _settled(run, pending)
        run, pending = [], []
        out.append(token)
    return out[:-1]


def _settled(run: list[str], pending: list[str]) -> list[str]:
    if len(run) >= 3 and sum(map(str.isalpha, run)) * 2 > len(run):
        return ["".join(run), *([] if pending[-1].isalnum() else pending[-1:])]
    return pending


def _one_off(word: str, typed: str) -> bool:
    """Whether one letter is missing, added, wrong or swapped with its neighbour; the first one must be right."""
    if word[0] != typed[0]:
        return False
    start = 0
    for left, right in zip(word, typed, strict=False):
        if left != right:
            break
        start += 1
    rest, other = word[start:], typed[start:]
    return (
        rest[1:] == other[1:]
        or rest == other[1:]
        or rest[1:] == other
        or (len(rest) > 1 and rest[1] + rest[0] + rest[2:] == other)
    )


def _split(text: str, known: frozenset[str]) -> list[str]:
    """The known words a row of letters consists of, longest first from the right; empty when it does not."""
    reach: list[list[str] | None] = [None] * (len(text) + 1)
    reach[0] = []
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 12), end):
            before = reach[start]
            part = text[start:end]
            if before is not None and part in known and (len(part) > 1 or part == "i"):
                reach[end] = [*before, part]
                break
    return reach[-1] or []


def _cut(text: str, anchors: frozenset[str]) -> str:
    if len(text) <= LOOKED_AT:
        return text
    middle: list[str] = []
    room = LOOKED_AT - 2 * _EDGE
    shape = re.compile("|".join(sorted(anchors, key=len, reverse=True)))
    last = _EDGE
    lowered = text[_EDGE:-_EDGE].lower()
    for found in shape.finditer(lowered):
        at = found.start() + _EDGE
        if at < last:
            continue
        piece = text[max(_EDGE, at - 120) : at + 200]
        middle.append(piece)
        last, room = at + 200, room - len(piece)
        if room < 0:
            break
    return "\n\n".join([text[:_EDGE], *middle, text[-_EDGE:]])
