"""`prepaired doctor` on the program and its people: is somebody there when it matters?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from config.settings import Settings
from engine.program import Program
from escalation.roster import gaps
from nudges.clock import zone_of
from pairing.working_hours import WORKING_HOURS, WRITTEN
from scripts.findings import Finding, note, wrong
from scripts.pairing_rules import PairingRules
from store.database import Database
from store.members import attributes_of
from store.models import Member
from store.sealing import Vault

_AHEAD = 14  # days
_OLD = timedelta(days=400)  # after which a number should be checked again
_SHOWN = 3


def program_findings(program: Program, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Roles that nobody has, hours without anybody on call, prompts that are missing."""
    yield from _roles(program)
    yield from _coverage(program, now)
    yield from _alternates(program)
    yield from _unreachable(program, settings)
    for cadence in program.cadences:
        if not program.prompts.get(cadence.kind):
            yield wrong(
                "program", f"{cadence.kind} nudges have no prompts", f"add some to prompts.{cadence.kind}"
            )
    for resource in program.resources:
        if not resource.is_complete:
            yield wrong(
                "program",
                f"{resource.name}: there is no number for {program.country}, only a stand-in",
                f"enter the {resource.use} line of your country in resources.{program.country}, with its source",
            )
        if resource.as_of < (now - _OLD).date():
            yield note(
                "program",
                f"{resource.name} was checked last on {resource.as_of}",
                "look at its source again, then bring as_of up to date",
            )


def _roles(program: Program) -> Iterator[Finding]:
    if not program.staff_with("coordinator"):
        yield wrong("program", "there is no coordinator", "give somebody in staff the role coordinator")
    if not program.staff_with("director"):
        yield note("program", "there is no director", "give somebody in staff the role director")
    if program.deputy is None:
        yield wrong(
            "program",
            "nobody stands in for the coordinator when a deadline passes",
            "name a staff id in pathway.deputy",
        )
    if not program.staff_with("clinical_reviewer"):
        yield note(
            "program",
            "nobody may look at replies that stay unclear",
            "give a clinician in staff the role clinical_reviewer",
        )


def _coverage(program: Program, now: datetime) -> Iterator[Finding]:
    found = gaps(program.roster, now, days=_AHEAD)
    zone = zone_of(program.zone)
    mend = "add hours to on_call.hours, or have them told so: crisis answers then say that nobody is on call"
    for gap in found[:_SHOWN]:
        starts, ends = gap.starts.astimezone(zone), gap.ends.astimezone(zone)
        yield wrong(
            "coverage", f"nobody is on call from {starts:%a %Y-%m-%d %H:%M} to {ends:%a %Y-%m-%d %H:%M}", mend
        )
    if len(found) > _SHOWN:
        more = len(found) - _SHOWN
        yield wrong("coverage", f"{more} more hours without anybody on call within {_AHEAD} days", mend)


def _alternates(program: Program) -> Iterator[Finding]:
    """Who takes a page that nobody on call may have: the case of one of them, or one that a never-rule keeps away."""
    if not program.roster.alternates:
        yield wrong(
            "coverage",
            "nobody takes what concerns the people on call themselves, or is kept from them",
            "name a staff id, better from outside, in pathway.alternates",
        )
    chains = {shift.chain for shift in program.roster.shifts}
    for chain in sorted(chains):
        if len(chain) == 1:
            yield note(
                "coverage",
                f"{chain[0]} is on call alone: while they do not answer, nobody else is paged",
                "add a second name to that chain in on_call.hours",
            )


def _unreachable(program: Program, settings: Settings) -> Iterator[Finding]:
    """Staff who must be reached and for whom no channel is on."""
    on = {
        medium
        for medium, provider in (("sms", settings.sms.provider), ("email", settings.email.provider))
        if provider != "off"
    }
    if not on:
        return  # told once, with the providers
    chains = {name for shift in program.roster.shifts for name in shift.chain}
    for person in program.staff:
        media = {medium for medium, way in (("sms", person.phone), ("email", person.email)) if way}
        if (person.id in chains or "coordinator" in person.roles) and not media & on:
            yield wrong(
                "coverage",
                f"{person.id} cannot be reached: only {' and '.join(sorted(on))} is switched on",
                "give the staff entry a phone or an email for it",
            )


def rule_findings(database: Database, vault: Vault, rules: PairingRules) -> Iterator[Finding]:
    """Rules about attributes that no member has: a misspelt never-rule forbids nothing."""
    with database.reads() as session:
        members = session.scalars(select(Member).where(Member.status != "left"))
        held = {name for member in members for name in attributes_of(vault, member)}
    if not held:
        return
    if WRITTEN in held:
        held.add(WORKING_HOURS)  # made from it
    for attribute in sorted(rules.attributes - held):
        yield wrong(
            "program",
            f"a pairing rule speaks of {attribute!r}, which no member has",
            f"use one of {', '.join(sorted(held))}, or import that column",
        )
