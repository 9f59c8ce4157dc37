"""The promise of a support request in a program file: deadlines, steps, other help, matching."""

from typing import Annotated, Literal

from pydantic import Field

from config.parts import Name, Part, SpanPart


class StepPart(Part):
    """Who hears of a missed deadline, how many hours after it."""

    after_hours: Annotated[float, Field(ge=0, le=336)]
    tell: Literal["coordinator", "deputy", "director", "clinical_backup"]
    by: Literal["sms", "email"] | None = None


class CardPart(Part):
    """Other help that a case may go on to."""

    kind: Literal[
        "counseling",
        "stress_reduction",
        "legal_advice",
        "disclosure_coaching",
        "time_off",
        "administrative_help",
    ]
    name: Name
    how: Annotated[str, Field(min_length=1, max_length=200)]
    sites: list[str] = Field(default_factory=list)


class MatchingPart(Part):
    """How supporters are found."""

    own_unit: Literal["never", "allowed"] = "never"
    ranks: list[str] = Field(default_factory=list)
    rest_days: Annotated[int, Field(ge=0, le=90)] = 14


class CarePart(Part):
    """Care for supporters."""

    meet_every_days: Annotated[int, Field(ge=0, le=400)] = 91
    early_cases: Annotated[int, Field(ge=0, le=50)] = 5


class PathwayPart(Part):
    """The promise of a support request."""

    hours: Literal["elapsed", "working"]
    match_hours: Annotated[int, Field(ge=1, le=336)]
    contact_hours: Annotated[int, Field(ge=1, le=672)]
    day_off_extra_hours: Annotated[int, Field(ge=0, le=336)]
    working_day: SpanPart
    deputy: str | None
    pending_expires_days: Annotated[int, Field(ge=1, le=30)]
    accept_hours: Annotated[float, Field(gt=0, le=72)]
    retry_hours: Annotated[float, Field(gt=0, le=168)]
    silent_hours: Annotated[float, Field(gt=0, le=168)]
    follow_up_hours: Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=1, max_length=6)]
    closes_after_days: Annotated[int, Field(ge=1, le=60)]
    rest_after_contact_days: Annotated[int, Field(ge=0, le=60)]
    steps: Annotated[list[StepPart], Field(min_length=1)]
    steps_again_hours: Annotated[float, Field(gt=0, le=168)]
    alternates: list[str]
    hand_over_hours: Annotated[int, Field(ge=1, le=200)]
    forget_after_days: Annotated[int, Field(ge=0, le=90)]
    cards: list[CardPart]
    matching: MatchingPart
    care: CarePart
