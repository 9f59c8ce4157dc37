"""Everything that members read is plain: Flesch-Kincaid grade 8 or below, text by text and page by page.

The grade is 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al. 1975). Syllables are counted as
groups of vowels, a silent e left out.
"""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from nudges import agreements
from nudges.kinds import policy_of
from nudges.texts import MARK
from scripts.program import load_program
from web.visibility import TABLE

HIGHEST = 8.0
TEMPLATES = Path(__file__).parents[2] / "web" / "templates" / "member"
PROGRAM = load_program()
_SAMPLE = {
    "name": "Maya", "buddy": "Jo", "buddies": "Jo", "link": "", "crisis_how": "call 988", "emergency": "911",
    "crisis": "988", "coordinator": "Ana", "program": "Buddies", "role": "nurse", "by": "by noon",
    "responder": "Ben", "prompt": "", "unsubscribe": "", "reasons": "", "listen": "", "contacts": "", "crisis_note": "",
}  # fmt: skip


def syllables(word: str) -> int:
    """How many, at least one."""
    plain = re.sub(r"(?:[^laeiouy]es|[^aeioud]ed|[^l]e)$", lambda end: end[0][0], word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def grade(text: str) -> float:
    """The school year that a text asks for."""
    filled = MARK.sub(lambda mark: _SAMPLE.get(mark[1], "ten"), text)
    filled = re.sub(r"%\(\w+\)s|<[^>]+>", " Jo ", filled)
    sentences = [one for one in re.split(r"[.!?\n]+", filled) if re.search(r"[A-Za-z]", one)]
    words = re.findall(r"[A-Za-z’']+", filled)
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def pages() -> dict[str, str]:
    found = {}
    for path in sorted(TEMPLATES.glob("*.html")):
        texts = [
            one[1] for one in extract_from_file("jinja2.ext:babel_extract", path, options={"trimmed": "true"})
        ]
        said = [text if isinstance(text, str) else text[0] for text in texts]
        if said:
            found[path.stem] = "\n".join(said)
    return found


def texts() -> dict[str, str]:
    wording = PROGRAM.wording
    found = {f"prompt {text[:30]}": text for prompts in PROGRAM.prompts.values() for text in prompts}
    for kind, sms in wording.sms.items():
        if not policy_of(kind).to_staff:
            found[f"sms {kind}"] = sms
    for kind, mail in wording.mail.items():
        if not policy_of(kind).to_staff:
            found[f"mail {kind}"] = mail.body
    found["agreement"] = " ".join(agreements.LIMITS)
    found["agreement by text"] = agreements.Agreement().agreed("sms").wording
    found["who sees what"] = "\n".join(
        f"{row.what}. {'. '.join(one for one in row.seen if one)}." for row in TABLE
    )
    found["unit messages"] = " ".join(PROGRAM.unit_messages)
    return found | {f"page {name}": text for name, text in pages().items()}


@pytest.mark.parametrize(("text", "words", "least", "most"), [
    ("The cat sat on the mat.", 6, -2.0, 0.0),
    ("Utilization of multidisciplinary interventions necessitates organizational accountability.", 7, 30, 60),
])  # fmt: skip
def test_the_grade_tells_plain_from_hard(text: str, words: int, least: float, most: float) -> None:
    assert len(re.findall(r"\w+", text)) == words
    assert least <= grade(text) <= most


def test_every_text_is_plain() -> None:
    hard = {name: round(found, 1) for name, text in texts().items() if (found := grade(text)) > HIGHEST}
    assert hard == {}
