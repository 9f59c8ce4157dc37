"""What a program file says to people: texts, mails, lines to turn to, what is agreed to."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from config.parts import Name, Part

Sentence = Annotated[str, Field(min_length=1, max_length=500)]


class ConfidentialityPart(Part):
    """What members accept before anything is sent to them."""

    edition: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
    draft: bool
    limits: Annotated[list[Annotated[str, Field(min_length=10, max_length=400)]], Field(min_length=1)]
    separation: Annotated[str, Field(max_length=400)]


class ResourcePart(Part):
    """A number or an address to turn to."""

    use: Literal["crisis", "emergency", "support"]
    name: Name
    number: Annotated[str, Field(min_length=1, max_length=40)]
    text: str | None = None
    url: str | None = None
    note: str = ""
    source: Annotated[str, Field(min_length=1)]
    as_of: date


class MailPart(Part):
    """A mail's wording."""

    subject: Annotated[str, Field(min_length=1, max_length=120)]
    body: Annotated[str, Field(min_length=1)]


class StagePart(Part):
    """What a responder does when nobody has answered for so long."""

    after_minutes: Annotated[int, Field(ge=0, le=1440)]
    title: Name
    steps: Annotated[list[Sentence], Field(min_length=1, max_length=8)]


class CallScriptPart(Part):
    """What a responder says on the phone, and bears in mind."""

    greeting: Sentence
    greeting_called: Sentence
    ask_self: Annotated[list[Sentence], Field(min_length=1, max_length=8)]
    mind_self: Sentence
    ask_other: Annotated[list[Sentence], Field(min_length=1, max_length=8)]
    mind_other: Sentence
    unreached: Annotated[list[StagePart], Field(min_length=1, max_length=8)]


class WordingPart(Part):
    """Every text by kind."""

    call_script: CallScriptPart

    unmonitored: str
    sms: dict[str, str]
    voice: dict[str, str]
    mail: dict[str, MailPart]
    mail_footer: str
