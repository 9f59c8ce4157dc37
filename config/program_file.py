"""The shape of a program file: what may be written in it, value by value.

What the values mean together (a rule that never falls, a text that is too long) is found out by those who
know: see scripts/program.py.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from config.parts import Name, Part, SpanPart, Weekday, Zone
from config.pathway_parts import PathwayPart
from config.people_parts import OnCallPart, StaffPart
from config.wording_parts import ConfidentialityPart, ResourcePart, WordingPart
from config.yamlfile import Way


class CadencePart(Part):
    """One rhythm: its name and its RRULE."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,30}$")]
    rrule: str


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


class JoinPart(Part):
    """How people join by themselves."""

    is_open: bool
    word: Annotated[str, Field(pattern=r"^[A-Za-z]{3,12}$")]
    cohort: Name


class MailRulesPart(Part):
    """How mail goes to some addresses."""

    link_only_domains: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]]


Days = Annotated[int, Field(ge=7, le=730)]


class RotationPart(Part):
    """How large groups are, and how long a round runs."""

    size: Literal[2, 3]
    days: Days
    cohorts: dict[Annotated[str, Field(min_length=1, max_length=80)], Days]
    most_change: Annotated[int, Field(ge=0, le=100)]
    look_ahead: Annotated[int, Field(ge=0, le=40)]


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
