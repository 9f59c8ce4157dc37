"""The people of a program file: who works for it, and who is on call when."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from config.parts import Instant, Name, Part, WallTime, Weekday

PageMedium = Literal["sms", "email", "call", "webhook"]
Role = Literal[
    "coordinator", "director", "responder", "supporter", "clinical_reviewer", "clinical_backup", "auditor"
]


class StaffPart(Part):
    """Somebody who works for the program."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    name: Name
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    phone: str | None = None
    unit: str | None = None
    roles: Annotated[list[Role], Field(min_length=1)]
    attributes: dict[str, str | list[str]] = Field(default_factory=dict)
    cap: Annotated[int, Field(ge=0, le=20)] = 3
    trained_until: date | None = None


class ShiftPart(Part):
    """On-call hours on some weekdays."""

    days: Annotated[list[Weekday], Field(min_length=1)]
    starts: WallTime
    ends: WallTime
    chain: Annotated[list[str], Field(min_length=1)]


class OverridePart(Part):
    """Another chain for a while."""

    starts: Instant
    ends: Instant
    chain: list[str]


class OnCallPart(Part):
    """Who is paged, when, and how insistently."""

    role: Name
    hours: list[ShiftPart]
    backup_hours: list[ShiftPart]
    overrides: list[OverridePart]
    page_every_minutes: Annotated[int, Field(ge=1, le=60)]
    pages_each: Annotated[int, Field(ge=1, le=10)]
    tell_waiting_after_minutes: Annotated[int, Field(ge=1, le=240)]
    report_within_minutes: Annotated[int, Field(ge=5, le=120)]
    take_back_after_minutes: Annotated[int, Field(ge=5, le=120)]
    page_by: Annotated[list[PageMedium], Field(min_length=1)]
