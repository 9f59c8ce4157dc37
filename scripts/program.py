"""From a program file to the program that the engine knows: what its values mean together.

Shapes are checked in `config`; here the rules have their say, and every fault names file and line.
"""

from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import phonenumbers

from config.people_parts import OnCallPart, ShiftPart, StaffPart
from config.program import LoadedProgram, ProgramFault, load_program_file
from config.program_file import ProgramFile
from engine.program import JoinRules, Program, StaffEntry
from escalation.care import CareRules
from escalation.case_clock import CasePolicy, Rung
from escalation.deadlines import DeadlinePolicy
from escalation.outreach import Card, CardKind
from escalation.paging import PagingPolicy
from escalation.roster import Override, Responder, Roster, Shift
from nudges.cadence import Cadence, in_order
from nudges.clock import QuietHours, Window
from nudges.kinds import KINDS
from nudges.proofs import VARIANTS
from nudges.public_holidays import Holidays, UnknownRegion
from nudges.replies import Intent, understand
from nudges.silence import SilencePolicy
from scripts.program_checks import Checked, proof
from scripts.program_words import agreement_in, call_script_in, resources_in, wording_in

__all__ = ["ProgramFault", "load_program"]

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def load_program(path: Path | None = None, *, public_url: str = "x" * 24) -> Program:
    """The program of the file at `path`, or the built-in one.

    `public_url` is what links begin with; its length decides how many segments a text takes. Raises
    ProgramFault with a line for each fault.
    """
    loaded = load_program_file(path)
    checked = Checked(loaded)
    program = _program(loaded, checked)
    if program is not None:
        proof(program, checked, public_url)
    if checked.faults or program is None:
        raise ProgramFault(checked.faults)
    return program


def _program(loaded: LoadedProgram, checked: Checked) -> Program | None:
    file = loaded.file
    cadences = _cadences(file, checked)
    window = checked.value(lambda: Window(file.window.starts, file.window.ends), "window")
    policy = checked.value(lambda: _deadline_policy(file), "pathway")
    case_policy = checked.value(lambda: _case_policy(file), "pathway")
    staff = tuple(_staff(person, number, file.country, checked) for number, person in enumerate(file.staff))
    roster = checked.value(lambda: _roster(file, staff), "on_call")
    script = checked.value(lambda: call_script_in(file), "wording", "call_script")
    holidays = _holidays(file, checked)
    sites = {name.casefold(): _site(file, name, checked) for name in file.public_holidays.sites}
    shifts = _shifts(file, checked)
    if (
        window is None
        or policy is None
        or case_policy is None
        or roster is None
        or script is None
        or checked.faults
    ):
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
        holidays=holidays,
        sites=MappingProxyType(sites),
        site_attribute=file.public_holidays.attribute,
        shifts=MappingProxyType(shifts),
        shift_attribute=file.shifts.attribute,
        silence=SilencePolicy(
            offer=file.silence.offer_monthly_after_weeks,
            buddy=file.silence.prompt_buddy_after_weeks,
            coordinator=file.silence.tell_coordinator_after_weeks,
        ),
        staff=staff,
        roster=roster,
        on_call_role=file.on_call.role,
        paging=_paging(file),
        deadline_policy=policy,
        deputy=file.pathway.deputy,
        pending_expires=timedelta(days=file.pathway.pending_expires_days),
        case_policy=case_policy,
        hand_over_hours=file.pathway.hand_over_hours,
        forget_after=timedelta(days=file.pathway.forget_after_days),
        cards=tuple(
            Card(kind=CardKind(part.kind), name=part.name, how=part.how, sites=tuple(part.sites))
            for part in file.pathway.cards
        ),
        care=CareRules(
            meet_every=timedelta(days=file.pathway.care.meet_every_days),
            early_cases=file.pathway.care.early_cases,
        ),
        matching=MappingProxyType(file.pathway.matching.model_dump()),
        resources=resources_in(file),
        prompts=MappingProxyType({kind: tuple(prompts) for kind, prompts in file.prompts.items()}),
        wording=wording_in(file),
        call_script=script,
        join=_join(file, checked),
        agreement=agreement_in(file),
        link_only_domains=frozenset(file.mail.link_only_domains),
        unit_messages=tuple(file.unit_messages),
        pairing=MappingProxyType(file.pairing),
        folder=loaded.folder,
    )


def _holidays(file: ProgramFile, checked: Checked) -> Holidays:
    """The program's own days off and the public holidays of its region, where those are known."""
    part = file.public_holidays
    own, worked = frozenset(file.holidays), frozenset(part.worked)
    if part.country == "none":
        return Holidays(own=own)
    region = "-".join(each for each in (part.country or file.country, part.subdivision) if each)
    try:
        return Holidays(region=region, own=own, worked=worked)
    except UnknownRegion as fault:
        if part.country or part.subdivision:
            checked.fault(str(fault), "public_holidays", "subdivision" if part.subdivision else "country")
        return Holidays(own=own)  # a country whose holidays nobody has written down


def _shifts(file: ProgramFile, checked: Checked) -> dict[str, Window]:
    found: dict[str, Window] = {}
    for name, span in file.shifts.windows.items():
        window = checked.value(lambda s=span: Window(s.starts, s.ends), "shifts", "windows", name)  # type: ignore[misc]
        if window is not None:
            found[name.casefold()] = window
    return found


def _site(file: ProgramFile, name: str, checked: Checked) -> Holidays:
    part = file.public_holidays
    try:
        return Holidays(region=part.sites[name], own=frozenset(file.holidays), worked=frozenset(part.worked))
    except UnknownRegion as fault:
        checked.fault(str(fault), "public_holidays", "sites", name)
        return Holidays()


def _join(file: ProgramFile, checked: Checked) -> JoinRules:
    word = file.join.word.upper()
    if understand(word).intent is not Intent.UNCLEAR:
        checked.fault(f"{word!r} means something else in a reply; choose another word", "join", "word")
    return JoinRules(is_open=file.join.is_open, word=word, cohort=file.join.cohort)


def _cadences(file: ProgramFile, checked: Checked) -> tuple[Cadence, ...]:
    found: list[Cadence] = []
    for number, part in enumerate(file.cadence):
        cadence = checked.value(lambda p=part: Cadence(p.kind, p.rrule), "cadence", number, "rrule")  # type: ignore[misc]
        if part.kind in KINDS | VARIANTS:
            checked.fault(f"{part.kind!r} is the name of another kind of message", "cadence", number, "kind")
        elif cadence is not None:
            found.append(cadence)
    return in_order(found)


def _staff(person: StaffPart, number: int, country: str, checked: Checked) -> StaffEntry:
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
        attributes={
            name: tuple(values) if isinstance(values, list) else (values,)
            for name, values in person.attributes.items()
        },
        cap=person.cap,
        trained_until=person.trained_until,
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
        responders=tuple(_responder(person, file.on_call) for person in staff),
        alternates=tuple(file.pathway.alternates),
        shifts=tuple(_shift(part) for part in file.on_call.hours),
        backups=tuple(person.id for person in staff if "clinical_backup" in person.roles),
        backup_shifts=tuple(_shift(part) for part in file.on_call.backup_hours),
        overrides=tuple(
            Override(starts=part.starts, ends=part.ends, chain=tuple(part.chain))
            for part in file.on_call.overrides
        ),
    )


def _responder(person: StaffEntry, on_call: OnCallPart) -> Responder:
    ways = {"sms": person.phone, "email": person.email, "call": person.phone, "webhook": person.id}
    media = tuple(medium for medium in on_call.page_by if ways[medium])
    return Responder(id=person.id, name=person.name, role=on_call.role, media=media)


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
        report_within=timedelta(minutes=file.on_call.report_within_minutes),
        take_back_after=timedelta(minutes=file.on_call.take_back_after_minutes),
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


def _case_policy(file: ProgramFile) -> CasePolicy:
    part = file.pathway
    return CasePolicy(
        accept_within=timedelta(hours=part.accept_hours),
        silent_after=timedelta(hours=part.silent_hours),
        retry_after=timedelta(hours=part.retry_hours),
        follow_ups=tuple(timedelta(hours=hours) for hours in part.follow_up_hours),
        closes_after=timedelta(days=part.closes_after_days),
        rest_after_contact=timedelta(days=part.rest_after_contact_days),
        ladder=tuple(
            Rung(after=timedelta(hours=step.after_hours), tell=step.tell, by=step.by) for step in part.steps
        ),
        ladder_again=timedelta(hours=part.steps_again_hours),
    )
