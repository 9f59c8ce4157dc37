"""Rounds as they are stored, found by cohort and number, and what one cannot do with them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pairing.errors import PrepairedError
from store.cohorts import cohort_by_name, latest_round
from store.models import Cohort, Round


class RotationRefused(PrepairedError):
    """This round cannot be planned or published now; the text says why and what would help."""


class NoSuchRound(RotationRefused):
    """There is no cohort or round of that name or number."""


def locked_cohort(session: Session, name: str) -> Cohort:
    """The cohort, locked until the transaction ends: who publishes, takes back or mends in it takes turns.

    Raises NoSuchRound for an unknown one.
    """
    cohort = session.scalars(select(Cohort).where(Cohort.name == name).with_for_update()).one_or_none()
    if cohort is None:
        raise NoSuchRound(f"there is no cohort {name!r}")
    return cohort


def stored_round(session: Session, cohort_name: str, number: int) -> Round:
    """That round. Raises NoSuchRound where there is none."""
    cohort = cohort_by_name(session, cohort_name)
    stored = None
    if cohort is not None:
        stored = session.scalars(
            select(Round).where(Round.cohort_id == cohort.id, Round.number == number).with_for_update()
        ).one_or_none()
    if stored is None:
        raise NoSuchRound(f"there is no round {number} of {cohort_name!r}")
    return stored


def running_number(session: Session, cohort_id: UUID) -> int:
    """The number of the round that runs; 0 for none."""
    running = latest_round(session, cohort_id, "published")
    return running.number if running else 0
