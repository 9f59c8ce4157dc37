"""The prompt that a nudge brings: one for all buddies of a week or month, none twice within a year."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.program import Program
from nudges.prompts import first_number
from nudges.recurrence import Recurrence
from store.models import Message, Rhythm


def number_of(session: Session, program: Program, nudge: Message) -> int:
    """Which of the cadence's occurrences it is, counted as everybody counts."""
    anchor = session.scalar(
        select(Rhythm.anchor_on).where(
            Rhythm.cohort_id == nudge.cohort_id, Rhythm.member_id == nudge.member_id
        )
    )
    cadence = next((one for one in program.cadences if one.kind == nudge.kind), None)
    if anchor is None or cadence is None:
        return nudge.slot or 0
    return first_number(anchor, Recurrence(cadence.rrule).in_a_year()) + (nudge.slot or 0)


def prompt_for(session: Session, program: Program, nudge: Message) -> str:
    """Its prompt; the cohort decides where in the list everybody begins."""
    return program.prompt(nudge.kind, number_of(session, program, nudge), str(nudge.cohort_id))
