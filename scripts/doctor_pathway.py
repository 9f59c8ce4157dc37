"""`prepaired doctor` on peer support: who is there to take a case, and whose cases nobody like them could take."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from engine.pool_report import FEWEST_MEMBERS
from engine.program import Program
from escalation.pool_gaps import pool_gaps
from escalation.supporters import MatchingRules, SupporterFacts
from nudges.clock import zone_of
from scripts.findings import Finding, note
from store.database import Database
from store.members import attributes_of
from store.models import Member
from store.sealing import Vault

_SHOWN = 5


def pathway_findings(program: Program, database: Database, vault: Vault, now: datetime) -> Iterator[Finding]:
    """Notes, no faults: a program may begin with coordinators who call people themselves."""
    supporters = program.staff_with("supporter")
    if not supporters:
        yield note("pathway", "there is no supporter", "give trained colleagues in staff the role supporter")
        return
    today = now.astimezone(zone_of(program.zone)).date()
    for person in supporters:
        if person.trained_until is not None and person.trained_until < today:
            mend = "after a refresher bring trained_until up to date; until then no case goes to them"
            yield note("pathway", f"the training of {person.id} is over since {person.trained_until}", mend)
    ranks = program.matching.get("ranks", ())
    rules = MatchingRules(ranks=tuple(ranks) if isinstance(ranks, list | tuple) else ())
    pool = [
        SupporterFacts(
            id=person.id,
            attributes=person.attributes,
            cap=person.cap,
            trained=person.trained_until is None or person.trained_until >= today,
        )
        for person in supporters
    ]
    with database.reads() as session:
        members = session.scalars(select(Member).where(Member.status == "active"))
        attributes = [attributes_of(vault, member) for member in members]
    gaps = [gap for gap in pool_gaps(attributes, pool, rules) if gap.members >= FEWEST_MEMBERS]
    for gap in gaps[:_SHOWN]:
        yield note(
            "pathway",
            f"no supporter for {gap.members} members with {gap.what} {gap.value!r}",
            "ask somebody like them, or add what they are to a supporter's attributes",
        )
    if len(gaps) > _SHOWN:
        yield note("pathway", f"{len(gaps) - _SHOWN} more such gaps", "see the console, Supporters")
