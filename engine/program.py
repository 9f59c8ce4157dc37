"""One organization's program as the use cases know it: pure, validated values, read once at start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from escalation.call_script import CallScript
from escalation.care import CareRules
from escalation.case_clock import CasePolicy
from escalation.deadlines import DeadlinePolicy
from escalation.outreach import Card
from escalation.paging import PagingPolicy
from escalation.resources import Resource, crisis_line, emergency
from escalation.roster import Roster
from nudges.agreements import Agreement
from nudges.cadence import Cadence
from nudges.clock import MemberClock, QuietHours, Window, zone_of
from nudges.prompts import prompt_of
from nudges.public_holidays import Holidays
from nudges.silence import SilencePolicy
from nudges.texts import Wording

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEntry:
    """Somebody who works for the program, as the program file has them."""

    id: str
    name: str
    email: str | None
    phone: str | None  # E.164
    unit: str | None
    roles: frozenset[str]  # coordinator, director, responder, supporter, clinical_reviewer, ...
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # as a member's: for matching
    cap: int = 3  # a supporter's cases at once
    trained_until: date | None = None  # a supporter's training is good up to that day; None: not said


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRules:
    """How people join by themselves."""

    is_open: bool = True
    word: str = "BUDDY"  # texted to the program's number; in capitals
    cohort: str = "main"  # where they are paired


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Everything that a program file settles."""

    name: str
    organisation: str
    zone: str  # the program's own: deadlines, roster, calendar
    country: str
    language: str
    unmonitored: bool
    cadences: tuple[Cadence, ...]  # from the most frequent to the rarest
    window: Window
    quiet: QuietHours
    work_days: frozenset[int]  # 0 is Monday
    holidays: Holidays
    staff: tuple[StaffEntry, ...]
    roster: Roster
    on_call_role: str  # as members read it: "clinician"
    paging: PagingPolicy
    deadline_policy: DeadlinePolicy
    deputy: str | None  # staff id
    pending_expires: timedelta
    resources: tuple[Resource, ...]  # of the program's country
    prompts: Mapping[str, Sequence[str]]
    wording: Wording
    call_script: CallScript  # what responders say
    sites: Mapping[str, Holidays] = field(default_factory=dict)  # value of the attribute, in small letters
    site_attribute: str = "site"
    shifts: Mapping[str, Window] = field(default_factory=dict)  # the same of the other attribute
    shift_attribute: str = "shift"
    silence: SilencePolicy = field(default_factory=SilencePolicy)
    join: JoinRules = JoinRules()
    agreement: Agreement = field(default_factory=Agreement)
    link_only_domains: frozenset[str] = frozenset()  # mail to an address there says only where to read it
    unit_messages: tuple[str, ...] = ()  # what may be sent to a unit that rests; reviewed with the file
    case_policy: CasePolicy = field(default_factory=CasePolicy)
    hand_over_hours: int = 16  # working hours without a sign-in before the deputy hears of the queue as well
    forget_after: timedelta = timedelta(days=7)  # from the closure of a case
    cards: tuple[Card, ...] = ()  # where a case may go on to, by site
    care: CareRules = field(default_factory=CareRules)  # of those who care for others
    matching: Mapping[str, object] = field(default_factory=dict)  # how supporters are found
    pairing: Mapping[str, object] = field(default_factory=dict)  # the rules as written
    folder: Path = Path()  # what paths inside the rules are relative to

    def clock(self, zone: str, work_days: str = "", region: str = "") -> MemberClock:
        """A member's clock; `work_days` holds digits 0-6 (Monday first), empty for the program's own.

        `region` is one of the program's sites, empty for its own holidays. Raises UnknownZone; ValueError for
        other signs.
        """
        days = frozenset(int(day) for day in work_days) or self.work_days
        return MemberClock(zone, days, self.holidays_in(region))

    def holidays_in(self, region: str) -> Holidays:
        """The holidays of a site's region; the program's own where it has no such site."""
        sites = (site for site in self.sites.values() if region and site.region == region)
        return next(sites, self.holidays)

    def staff_with(self, role: str) -> tuple[StaffEntry, ...]:
        """Who has that role, in the file's order."""
        return tuple(person for person in self.staff if role in person.roles)

    @property
    def slug(self) -> str:
        """The name as it stands in the address of the join page."""
        words = "".join(sign if sign.isalnum() else " " for sign in self.name.lower()).split()
        return "-".join(words) or "program"

    def kinds(self) -> frozenset[str]:
        """The names of its cadences: the kinds of message that are nudges."""
        return frozenset(cadence.kind for cadence in self.cadences)

    def fields(self) -> dict[str, str]:
        """The values for the wording that are the same for every member."""
        crisis = crisis_line(self.resources)
        coordinator = next(iter(self.staff_with("coordinator")), None)
        return {
            "program": self.name,
            "buddy": "your buddy",
            "coordinator": coordinator.name if coordinator else "the program coordinator",
            "coordinator_phone": (coordinator.phone or coordinator.email or "") if coordinator else "",
            "role": self.on_call_role,
            "crisis": crisis.number,
            "crisis_how": crisis.how,
            "crisis_note": f", {crisis.note}" if crisis.note else "",
            "emergency": emergency(self.resources).number,
            "minutes": str(int(self.paging.every.total_seconds() // 60)),
        }

    def prompt(self, kind: str, slot: int, seed: str) -> str:
        """The prompt of a nudge; `seed` is the same for all buddies and outlives a group: the cohort's id."""
        return prompt_of(self.prompts, kind, slot, seed)

    def local_time(self, at: datetime, zone: str | None = None, *, word: str = "by") -> str:
        """An instant as it stands in a message, in that zone or the program's: "by 2:30 PM on Wed Nov 25"."""
        local = at.astimezone(zone_of(zone or self.zone))
        hour = local.hour % 12 or 12
        return f"{word} {hour}:{local:%M} {'AM' if local.hour < 12 else 'PM'} {self.local_day(local.date())}"

    def dated(self, day: date) -> str:
        """A day as it stands in a letter: "Nov 24, 2026"."""
        return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"

    def local_day(self, day: date) -> str:
        """A day as it stands in a message: "on Wed Nov 25". English, whatever the machine's locale."""
        weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]
        return f"on {weekday} {_MONTHS[day.month - 1]} {day.day}"
