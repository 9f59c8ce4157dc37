"""The prompt that a nudge brings: one for all buddies of a week or month, none twice within a year."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.outbox import Entry
from engine.program import Program
from nudges.kinds import policy_of
from nudges.prompts import first_number
from nudges.recurrence import Recurrence
from store.models import Message, Rhythm


class Prompts:
    """The prompts of a batch: one query, however many nudges there are."""

    def __init__(self, session: Session, program: Program, messages: Sequence[Entry]) -> None:
        self._program = program
        self._anchors: dict[tuple[UUID, UUID], date] = {}
        members = {m.member_id for m in messages if m.member_id and policy_of(m.kind).nudge}
        if members:
            rows = session.execute(
                select(Rhythm.cohort_id, Rhythm.member_id, Rhythm.anchor_on).where(
                    Rhythm.member_id.in_(members)
                )
            )
            self._anchors = {(cohort, member): anchor for cohort, member, anchor in rows}

    def of(self, nudge: Entry) -> str:
        """That nudge's prompt."""
        anchor = None
        if nudge.cohort_id and nudge.member_id:
            anchor = self._anchors.get((nudge.cohort_id, nudge.member_id))
        number = _number(self._program, nudge.kind, nudge.slot, anchor)
        return self._program.prompt(nudge.kind, number, str(nudge.cohort_id))


def number_of(session: Session, program: Program, nudge: Message) -> int:
    """Which of the cadence's occurrences it is, counted as everybody counts."""
    anchor = session.scalar(
        select(Rhythm.anchor_on).where(
            Rhythm.cohort_id == nudge.cohort_id, Rhythm.member_id == nudge.member_id
        )
    )
    return _number(program, nudge.kind, nudge.slot, anchor)


def _number(program: Program, kind: str, slot: int | None, anchor: date | None) -> int:
    cadence = next((one for one in program.cadences if one.kind == kind), None)
    if anchor is None or cadence is None:
        return slot or 0
    return first_number(anchor, _in_a_year(cadence.rrule)) + (slot or 0)


@lru_cache(maxsize=256)
def _in_a_year(rrule: str) -> int:
    return Recurrence(rrule).in_a_year()


def prompt_for(session: Session, program: Program, nudge: Message) -> str:
    """Its prompt; the cohort decides where in the list everybody begins."""
    return program.prompt(nudge.kind, number_of(session, program, nudge), str(nudge.cohort_id))
