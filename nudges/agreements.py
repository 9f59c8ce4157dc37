"""What people agree to when they join, word by word, and the version that is kept with it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from nudges.languages import SOURCE, translator

EDITION = "join-1"

LIMITS: Sequence[str] = (
    "If you or somebody else is in danger, people who can help are told what they need to know.",
    "The law may oblige staff to report some things, such as abuse of a child.",
    "A court may ask for what is recorded. That is why so little is: that you connected, yes or no, and never "
    "what you talked about.",
    "A text that sounds like a crisis gets an automatic answer, and we page a person of the on-call team if "
    "one is on call.",
)
UNDERSTOOD = "I have read who sees what, and the limits of confidentiality."
BY_TEXT = (
    "Send me texts: about one a week, and answers to mine. My phone plan’s rates apply. STOP ends them at any "
    "time."
)
BY_MAIL = "Send me mail: about one a week, and answers to mine. I can stop it at any time."


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What somebody has read and agreed to, word by word in their own language, and its version."""

    wording: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The limits of confidentiality as one program words them, and what is agreed to with them."""

    limits: Sequence[str] = LIMITS
    separation: str = (
        ""  # who attests that the program is apart from evaluation and investigation, in their words
    )
    is_draft: bool = True  # until a lawyer has read it: the pages say so
    edition: str = EDITION

    @property
    def version(self) -> str:
        """The edition and a fingerprint of every word, so that an edit that forgot the edition shows all the same."""
        said = "\n".join((UNDERSTOOD, BY_TEXT, BY_MAIL, *self.paragraphs))
        return f"{self.edition}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The limits, and what is attested of the program."""
        return (*self.limits, self.separation) if self.separation else tuple(self.limits)

    def agreed(self, medium: str, language: str = SOURCE) -> Agreed:
        """A consent to be written to by that medium, as it is read in that language, and kept."""
        say = translator(language)
        sentences = (UNDERSTOOD, *self.paragraphs, way_of(medium))
        tongue = "" if language == SOURCE else f"-{language}"
        return Agreed(wording=" ".join(map(say, sentences)), version=self.version + tongue)


def way_of(medium: str) -> str:
    """The sentence that agrees to that medium."""
    return BY_TEXT if medium == "sms" else BY_MAIL
