"""How many SMS segments a text takes, and how to write it so that it takes few.

The alphabet is that of 3GPP TS 23.038 (GSM 7 bit, with its extension table); one character outside it turns
the whole message into UCS-2, which holds less than half as much.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")  # each takes an escape before it: two septets
_GSM_ONE, _GSM_MANY = 160, 153
_UCS_ONE, _UCS_MANY = 70, 67
LIMIT = 2  # more than this is refused

# What NFKC and anyascii would spell worse than a person would.
_SPELLED = str.maketrans(
    dict.fromkeys("‘’‚′ʼ`´", "'") | dict.fromkeys("“”„″«»", '"') | dict.fromkeys("–—‐‑‒−•", "-") | {"\t": " "}
)
# Pictures and marks without a sound: left out rather than spelled.
_SILENT = frozenset({"So", "Sk", "Cf", "Mn", "Me", "Co", "Cs", "Cn"})


@dataclass(frozen=True, slots=True)
class Size:
    """What an SMS costs."""

    encoding: str  # GSM-7 or UCS-2
    units: int  # septets or 16-bit units
    segments: int


def size(text: str) -> Size:
    """Encoding, units and segments of `text` as it stands. No character is split between two segments."""
    if forcing(text) is None:
        widths = [2 if char in _EXTENSION else 1 for char in text]
        return Size("GSM-7", sum(widths), _packed(widths, _GSM_ONE, _GSM_MANY))
    widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
    return Size("UCS-2", sum(widths), _packed(widths, _UCS_ONE, _UCS_MANY))


def forcing(text: str) -> str | None:
    """The first character that forces UCS-2, or None where GSM-7 will do."""
    return next((char for char in text if char not in _BASIC and char not in _EXTENSION), None)


def too_long(text: str, limit: int = LIMIT) -> str | None:
    """Why `text` takes more than `limit` segments, the character to blame named; None if it fits."""
    found = size(text)
    if found.segments <= limit:
        return None
    culprit = forcing(text)
    if culprit is None:
        room = _GSM_ONE if limit == 1 else _GSM_MANY * limit
        return f"{found.segments} segments where {limit} are the limit: {found.units} of {room} characters"
    name = unicodedata.name(culprit, "unnamed")
    return (
        f"{found.segments} segments where {limit} are the limit: {culprit!r} (U+{ord(culprit):04X}, {name}) "
        f"is not in the GSM alphabet and more than doubles the length"
    )


@lru_cache(maxsize=256)
def normal(text: str) -> str:
    """`text` with plain quotes, dashes and spaces; every letter stays as it was written."""
    kept = unicodedata.normalize("NFC", text.translate(_SPELLED)).replace("\r\n", "\n").replace("…", "...")
    return "".join(" " if char.isspace() and char != "\n" else char for char in kept).strip()


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """`text` in letters of the GSM alphabet: names transliterated, quotes, dashes and spaces normalised.

    Letters that the alphabet has (é, ö, ñ ...) stay. Never fails; a picture is left out.
    """
    kept = unicodedata.normalize("NFKC", text.translate(_SPELLED)).translate(_SPELLED)
    return "".join(_letters(kept.replace("\r\n", "\n"))).strip()


def _letters(text: str) -> Iterable[str]:
    for char in text:
        if char in _BASIC or char in _EXTENSION:
            yield char
        elif char.isspace():
            yield " "
        elif unicodedata.category(char) not in _SILENT:
            yield from (spelled for spelled in anyascii(char) if spelled in _BASIC)


def _packed(widths: list[int], one: int, many: int) -> int:
    """Segments for characters of these widths: all in one, or greedily into the smaller parts of many."""
    if sum(widths) <= one:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > many:
            segments, used = segments + 1, 0
        used += width
    return segments
