"""The shape of a program file: what may be written in it, value by value.

What the values mean together (a rule that never falls, a text that is too long) is found out by those who
know: see scripts/program.py.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from config.yamlfile import Way

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PageMedium = Literal["sms", "email", "call", "webhook"]
Role = Literal[
    "coordinator", "director", "responder", "supporter", "clinical_reviewer", "clinical_backup", "auditor"
]


def _wall_time(value: object) -> object:
    if isinstance(value, time):
        return value
    try:
        hour, minute = str(value).split(":")
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError("must be a time such as 08:00") from None


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):
        raise ValueError("must be an IANA time zone such as America/Chicago") from None
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must say its zone, such as 2026-12-24T08:00:00-05:00")
    return value


WallTime = Annotated[time, BeforeValidator(_wall_time)]
Zone = Annotated[str, AfterValidator(_zone)]
Instant = Annotated[datetime, AfterValidator(_aware)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class Part(BaseModel):
    """A block of the file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class CadencePart(Part):
    """One rhythm: its name and its RRULE."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,30}$")]
    rrule: str


class SpanPart(Part):
    """Two wall-clock times."""

    starts: WallTime
    ends: WallTime


class HolidaysPart(Part):
    """Whose public holidays move nudges."""

    country: Annotated[str, Field(pattern=r"^([A-Z]{2}|none)$")] | None
    subdivision: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")] | None
    worked: list[str]
    attribute: str
    sites: dict[str, Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]]


class ShiftsPart(Part):
    """When the members of a shift are nudged instead."""

    attribute: str
    windows: dict[str, SpanPart]


class SilencePart(Part):
    """After how many quiet weeks each step comes, counted from the one before; 0 leaves it out."""

    offer_monthly_after_weeks: Annotated[int, Field(ge=0, le=52)]
    prompt_buddy_after_weeks: Annotated[int, Field(ge=0, le=52)]
    tell_coordinator_after_weeks: Annotated[int, Field(ge=0, le=52)]


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


class JoinPart(Part):
    """How people join by themselves."""

    is_open: bool
    word: Annotated[str, Field(pattern=r"^[A-Za-z]{3,12}$")]
    cohort: Name


class ConfidentialityPart(Part):
    """What members accept before anything is sent to them."""

    edition: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
    draft: bool
    limits: Annotated[list[Annotated[str, Field(min_length=10, max_length=400)]], Field(min_length=1)]
    separation: Annotated[str, Field(max_length=400)]


class MailRulesPart(Part):
    """How mail goes to some addresses."""

    link_only_domains: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]]


class RotationPart(Part):
    """How large groups are, and how long a round runs."""

    size: Literal[2, 3]
    days: Annotated[int, Field(ge=7, le=730)]
    most_change: Annotated[int, Field(ge=0, le=100)]
    look_ahead: Annotated[int, Field(ge=0, le=40)]


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


class WordingPart(Part):
    """Every text by kind."""

    unmonitored: str
    sms: dict[str, str]
    voice: dict[str, str]
    mail: dict[str, MailPart]
    mail_footer: str


class ProgramFile(Part):
    """A whole program file, the built-in values already beneath it."""

    name: Annotated[str, Field(min_length=1, max_length=24)]
    organisation: Name
    zone: Zone
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    unmonitored: bool
    cadence: Annotated[list[CadencePart], Field(min_length=1)]
    window: SpanPart
    quiet_hours: SpanPart
    working_days: Annotated[list[Weekday], Field(min_length=1)]
    holidays: list[date]
    public_holidays: HolidaysPart
    shifts: ShiftsPart
    silence: SilencePart
    staff: list[StaffPart]
    on_call: OnCallPart
    pathway: PathwayPart
    join: JoinPart
    confidentiality: ConfidentialityPart
    mail: MailRulesPart
    unit_messages: list[Annotated[str, Field(min_length=1, max_length=160)]]
    pairing: dict[str, object]
    rotation: RotationPart
    resources: dict[str, list[ResourcePart]]
    prompts: dict[str, list[Annotated[str, Field(min_length=1, max_length=400)]]]
    wording: WordingPart

    def resources_of(self, country: str) -> list[ResourcePart]:
        """Where to turn in that country; the neutral stand-in where the program does not say."""
        return self.resources[country] if country in self.resources else self.resources.get("default", [])

    def inconsistencies(self) -> Iterator[tuple[Way, str]]:
        """What does not fit together: where it stands, and what would be right."""
        ids = [person.id for person in self.staff]
        yield from _twice(ids, ("staff",), "id")
        yield from _twice([cadence.kind for cadence in self.cadence], ("cadence",), "kind")
        shifts = [(("on_call", "hours", n), shift.chain) for n, shift in enumerate(self.on_call.hours)]
        backup = enumerate(self.on_call.backup_hours)
        shifts += [(("on_call", "backup_hours", n), shift.chain) for n, shift in backup]
        shifts += [(("on_call", "overrides", n), part.chain) for n, part in enumerate(self.on_call.overrides)]
        for way, chain in shifts:
            for name in chain:
                if name not in ids:
                    yield (*way, "chain"), f"{name!r} is not among the staff"
        if self.pathway.deputy is not None and self.pathway.deputy not in ids:
            yield ("pathway", "deputy"), f"{self.pathway.deputy!r} is not among the staff"
        for name in self.pathway.alternates:
            if name not in ids:
                yield ("pathway", "alternates"), f"{name!r} is not among the staff"
        uses = {resource.use for resource in self.resources_of(self.country)}
        for use in sorted({"crisis", "emergency"} - uses):
            why = f"resources.{self.country} must name a number for use: {use}, with its source and date"
            yield ("country",), why


def _twice(names: list[str], way: Way, key: str) -> Iterator[tuple[Way, str]]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield (*way, number, key), f"{name!r} is given twice"
