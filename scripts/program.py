"""From a program file to the program that the engine knows: what its values mean together.

Shapes are checked in `config`; here the rules have their say, and every fault names file and line.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import phonenumbers

from config.program import LoadedProgram, ProgramFault, load_program_file
from config.program_file import ProgramFile, ShiftPart, StaffPart
from engine.program import Program, StaffEntry
from escalation.deadlines import DeadlinePolicy
from escalation.paging import PagingPolicy
from escalation.resources import Resource, Use
from escalation.roster import Override, Responder, Roster, Shift
from nudges.cadence import Cadence, in_order
from nudges.clock import MemberClock, QuietHours, Window
from nudges.kinds import KINDS
from nudges.prompts import repeats_within_a_year
from nudges.proofs import VARIANTS, wording_faults
from nudges.recurrence import Recurrence
from nudges.texts import Mail, Wording
from pairing.errors import PrepairedError

__all__ = ["ProgramFault", "load_program"]

_T = TypeVar("_T")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Checked:
    """Collects faults, so that a reader learns of all of them at once."""

    def __init__(self, loaded: LoadedProgram) -> None:
        self.loaded = loaded
        self.faults: list[str] = []

    def value(self, make: Callable[[], _T], *path: str | int) -> _T | None:
        """What `make` returns; a fault at `path` where it refuses."""
        try:
            return make()
        except (ValueError, LookupError, PrepairedError) as fault:
            self.fault(str(fault), *path)
            return None

    def fault(self, why: str, *path: str | int) -> None:
        """Remember one fault."""
        self.faults.append(f"{self.loaded.where(*path)}: {'.'.join(map(str, path))}: {why}")


def load_program(path: Path | None = None, *, public_url: str = "x" * 24) -> Program:
    """The program of the file at `path`, or the built-in one.

    `public_url` is what links begin with; its length decides how many segments a text takes. Raises
    ProgramFault with a line for each fault.
    """
    loaded = load_program_file(path)
    checked = _Checked(loaded)
    program = _program(loaded, checked)
    if program is not None:
        _proof(program, checked, public_url)
    if checked.faults or program is None:
        raise ProgramFault(checked.faults)
    return program


def _program(loaded: LoadedProgram, checked: _Checked) -> Program | None:
    file = loaded.file
    cadences = _cadences(file, checked)
    window = checked.value(lambda: Window(file.window.starts, file.window.ends), "window")
    policy = checked.value(lambda: _deadline_policy(file), "pathway")
    staff = tuple(_staff(person, number, file.country, checked) for number, person in enumerate(file.staff))
    roster = checked.value(lambda: _roster(file, staff), "on_call")
    if window is None or policy is None or roster is None or checked.faults:
        return None
    return Program(
        name=file.name,
        organisation=file.organisation,
        zone=file.zone,
        country=file.country,
        language=file.language,
        unmonitored=file.unmonitored,
        cadences=cadences,
        window=window,
        quiet=QuietHours(file.quiet_hours.starts, file.quiet_hours.ends),
        work_days=frozenset(map(_WEEK.index, file.working_days)),
        holidays=frozenset(file.holidays),
        staff=staff,
        roster=roster,
        on_call_role=file.on_call.role,
        paging=_paging(file),
        deadline_policy=policy,
        deputy=file.pathway.deputy,
        pending_expires=timedelta(days=file.pathway.pending_expires_days),
        resources=_resources(file),
        prompts=MappingProxyType({kind: tuple(prompts) for kind, prompts in file.prompts.items()}),
        wording=_wording(file),
        pairing=MappingProxyType(file.pairing),
        folder=loaded.folder,
    )


def _cadences(file: ProgramFile, checked: _Checked) -> tuple[Cadence, ...]:
    found: list[Cadence] = []
    for number, part in enumerate(file.cadence):
        cadence = checked.value(lambda p=part: Cadence(p.kind, p.rrule), "cadence", number, "rrule")  # type: ignore[misc]
        if part.kind in KINDS | VARIANTS:
            checked.fault(f"{part.kind!r} is the name of another kind of message", "cadence", number, "kind")
        elif cadence is not None:
            found.append(cadence)
    return in_order(found)


def _staff(person: StaffPart, number: int, country: str, checked: _Checked) -> StaffEntry:
    phone = checked.value(lambda: _phone(person.phone, country), "staff", number, "phone")
    if person.email is None and person.phone is None:
        checked.fault("needs an email or a phone", "staff", number)
    return StaffEntry(
        id=person.id,
        name=person.name,
        email=person.email,
        phone=phone,
        unit=person.unit,
        roles=frozenset(person.roles),
    )


def _phone(written: str | None, country: str) -> str | None:
    if written is None:
        return None
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or not phonenumbers.is_possible_number(number):
        raise ValueError(f"{written!r} is not a phone number such as +1 202 555 0140")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _roster(file: ProgramFile, staff: tuple[StaffEntry, ...]) -> Roster:
    return Roster(
        zone=file.zone,
        responders=tuple(_responder(person, file.on_call.role) for person in staff),
        shifts=tuple(_shift(part) for part in file.on_call.hours),
        overrides=tuple(
            Override(starts=part.starts, ends=part.ends, chain=tuple(part.chain))
            for part in file.on_call.overrides
        ),
    )


def _responder(person: StaffEntry, role: str) -> Responder:
    ways = (("sms", person.phone), ("email", person.email))
    return Responder(
        id=person.id, name=person.name, role=role, media=tuple(medium for medium, address in ways if address)
    )


def _shift(part: ShiftPart) -> Shift:
    return Shift(
        days=frozenset(map(_WEEK.index, part.days)),
        starts=part.starts,
        ends=part.ends,
        chain=tuple(part.chain),
    )


def _paging(file: ProgramFile) -> PagingPolicy:
    return PagingPolicy(
        every=timedelta(minutes=file.on_call.page_every_minutes),
        tries=file.on_call.pages_each,
        tell_waiting_after=timedelta(minutes=file.on_call.tell_waiting_after_minutes),
    )


def _deadline_policy(file: ProgramFile) -> DeadlinePolicy:
    return DeadlinePolicy(
        match_hours=file.pathway.match_hours,
        contact_hours=file.pathway.contact_hours,
        day_off_extra_hours=file.pathway.day_off_extra_hours,
        working_hours=file.pathway.hours == "working",
        day_starts=file.pathway.working_day.starts,
        day_ends=file.pathway.working_day.ends,
    )


def _resources(file: ProgramFile) -> tuple[Resource, ...]:
    return tuple(
        Resource(
            use=Use(part.use),
            name=part.name,
            number=part.number,
            text=part.text,
            url=part.url,
            note=part.note,
            source=part.source,
            as_of=part.as_of,
        )
        for part in file.resources[file.country]
    )


def _wording(file: ProgramFile) -> Wording:
    return Wording(
        sms=MappingProxyType(dict(file.wording.sms)),
        mail=MappingProxyType(
            {kind: Mail(subject=part.subject, body=part.body) for kind, part in file.wording.mail.items()}
        ),
        mail_footer=file.wording.mail_footer,
        unmonitored=file.wording.unmonitored if file.unmonitored else "",
    )


def _proof(program: Program, checked: _Checked, public_url: str) -> None:
    """What only shows when the parts are put together."""
    _proof_calendar(program, checked)
    for fault in wording_faults(program.wording, program.fields(), program.kinds(), public_url=public_url):
        medium = "sms" if fault.medium == "sms" else "mail"
        checked.fault(fault.why, "wording", medium, fault.kind)
    for cadence in program.cadences:
        prompts = program.prompts.get(cadence.kind, ())
        a_year = Recurrence(cadence.rrule).in_a_year()
        if prompts and repeats_within_a_year(prompts, a_year):
            checked.fault(
                f"{len(set(prompts))} prompts would repeat within a year; {a_year + 1} are needed",
                "prompts",
                cadence.kind,
            )


def _proof_calendar(program: Program, checked: _Checked) -> None:
    minutes = (program.window.at(minute) for minute in range(program.window.minutes))
    if any(program.quiet.covers(minute) for minute in minutes):
        checked.fault("the window must lie outside quiet hours", "window")
    clock = MemberClock(program.zone, program.work_days, program.holidays)
    for day in sorted(program.holidays):
        found = checked.value(lambda d=day: clock.working_day(d), "holidays")  # type: ignore[misc]
        if found is None or (found - day).days > 31:
            checked.fault(f"from {day} on there is no working day for a month", "holidays")
            return
