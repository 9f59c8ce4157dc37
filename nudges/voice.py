"""What a voice says to people who call the number, and to responders whom we call: the program's wording, filled in.

Digits are told one by one: a voice would read 988 as nine hundred and eighty-eight.
"""

from collections.abc import Iterator, Mapping

from nudges.texts import MARK, NoWording

KINDS = frozenset(
    {
        "caller", "caller_unattended", "caller_noted", "caller_noted_unattended", "caller_taken", "caller_hidden",
        "page", "page_drill", "page_again", "page_reminder", "page_taken", "page_theirs", "page_passed",
        "page_alone", "page_tried", "page_over",
    }
)  # fmt: skip
# With these a caller must be able to save a life without anybody of ours.
_CALLER = frozenset(kind for kind in KINDS if kind.startswith("caller"))
FIELDS = frozenset(
    {
        "program",
        "role",
        "crisis",
        "crisis_how",
        "emergency",
        "responder",
        "by",
        "coordinator",
        "coordinator_phone",
    }
)


def spoken(kind: str, voice: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The words of `kind`, ready to be read aloud. Raises NoWording."""
    if kind not in voice:
        raise NoWording(f"the program has no spoken words for {kind!r}")
    return " ".join(MARK.sub(lambda mark: digits_apart(fields.get(mark[1], "")), voice[kind]).split())


def voice_faults(voice: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the spoken words: the kind, and what would be right."""
    for kind in sorted(KINDS - set(voice)):
        yield kind, "there are no words for it"
    for kind, words in voice.items():
        marks = set(MARK.findall(words))
        if kind not in KINDS:
            yield kind, f"{kind!r} is nothing that is ever said; there are {', '.join(sorted(KINDS))}"
        for name in sorted(marks - FIELDS):
            yield kind, f"{{{name}}} is not a field here; there are {', '.join(sorted(FIELDS))}"
        if kind in _CALLER and not {"crisis_how", "emergency"} <= marks:
            yield kind, "a caller must hear both {crisis_how} and {emergency}"


def digits_apart(text: str) -> str:
    """The text with its digits one by one."""
    return "".join(f" {sign} " if sign.isdigit() else sign for sign in text).replace("+", "plus").strip()
