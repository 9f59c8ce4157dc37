"""Care for those who care: nominations, load, rest, a monthly colour that is theirs, and a supporter of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.match_supporters import loads_of
from engine.staff import name_of_staff, notify, with_role
from store import audit
from store.models import Nomination, Staff, Supporter, new_id

COLOURS = ("green", "yellow", "orange", "red")  # of the stress continuum, from well to ill
WORN_DOWN = frozenset({"orange", "red"})  # no new cases until they say so
ASKED_EVERY = timedelta(days=30)
MOST_HOURS = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What a coordinator and a director see of one supporter: load and readiness, never a colour."""

    id: UUID
    name: str
    cases: int
    cap: int
    total: int
    hours: float
    trained_until: date | None
    is_trained: bool
    ready: bool  # takes new cases now
    why_not: str  # resting, not taking new cases, away, training: no more than that
    own_supporter: str
    twin: str  # who stands by them while they are new to it
    allows_recognition: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCare:
    """What a supporter sees of themselves."""

    colour: str
    takes_cases: bool
    rest_until: datetime | None
    cap: int
    hours: float
    wants_invitations: bool
    wants_recognition: bool
    own_supporter: str
    twin: str
    stands_by: tuple[str, ...]  # whose twin they are


@dataclass(frozen=True, slots=True, kw_only=True)
class NominationShown:
    """A colleague whom somebody would trust."""

    id: UUID
    name: str
    reach: str
    at: datetime


def workloads(session: Session, deployment: Deployment, now: datetime) -> list[Workload]:
    """Every supporter, the busiest first."""
    loads, today = loads_of(session), now.date()
    found = []
    for staff in with_role(session, "supporter"):
        row = session.get(Supporter, staff.id)
        if row is None:
            continue
        is_trained = row.trained_until is None or row.trained_until >= today
        reasons = (
            (not is_trained, "training"),
            (staff.away_until is not None and staff.away_until > now, "away"),
            (row.rest_until is not None and row.rest_until > now, "resting"),
            (not row.takes_cases, "taking no new cases"),
            (loads.get(staff.id, 0) >= row.cap, "as many cases as agreed"),
        )
        why_not = next((why for holds, why in reasons if holds), "")
        found.append(
            Workload(
                id=staff.id,
                name=name_of_staff(deployment.vault, staff),
                cases=loads.get(staff.id, 0),
                cap=row.cap,
                total=row.cases,
                hours=row.hours,
                trained_until=row.trained_until,
                is_trained=is_trained,
                ready=not why_not,
                why_not=why_not,
                own_supporter=_name(session, deployment, row.own_supporter_id),
                twin=_name(session, deployment, row.twin_id),
                allows_recognition=row.wants_recognition,
            )
        )
    return sorted(found, key=lambda one: (-one.cases, one.name))


def own_care(session: Session, deployment: Deployment, staff_id: UUID) -> OwnCare | None:
    """The supporter's own page; None for somebody who is none."""
    row = session.get(Supporter, staff_id)
    if row is None:
        return None
    vault = deployment.vault
    colour = vault.open(row.colour_sealed, "supporter", "colour", staff_id) if row.colour_sealed else ""
    return OwnCare(
        colour=colour,
        takes_cases=row.takes_cases,
        rest_until=row.rest_until,
        cap=row.cap,
        hours=row.hours,
        wants_invitations=row.wants_invitations,
        wants_recognition=row.wants_recognition,
        own_supporter=_name(session, deployment, row.own_supporter_id),
        twin=_name(session, deployment, row.twin_id),
        stands_by=tuple(
            _name(session, deployment, one)
            for one in session.scalars(select(Supporter.staff_id).where(Supporter.twin_id == staff_id))
        ),
    )


def _name(session: Session, deployment: Deployment, staff_id: UUID | None) -> str:
    staff = session.get(Staff, staff_id) if staff_id else None
    return name_of_staff(deployment.vault, staff) if staff else ""


def say_colour(deployment: Deployment, staff_id: UUID, colour: str, now: datetime) -> None:
    """The supporter's own colour, sealed; worn down, nothing new comes until they say so. Raises ValueError."""
    if colour not in COLOURS:
        raise ValueError(f"{colour!r} is no colour")
    with deployment.database.writes.begin() as session:
        row = session.get_one(Supporter, staff_id, with_for_update=True)
        row.colour_sealed = deployment.vault.seal(colour, "supporter", "colour", staff_id)
        row.asked_at = now
        if colour in WORN_DOWN:
            row.takes_cases = False


def take_cases(deployment: Deployment, staff_id: UUID, takes: bool) -> None:
    """The supporter says so themselves; nobody else can switch it on again."""
    with deployment.database.writes.begin() as session:
        session.get_one(Supporter, staff_id, with_for_update=True).takes_cases = takes


def rest(deployment: Deployment, staff_id: UUID, now: datetime) -> None:
    """It was hard: nothing new for the program's days of rest."""
    days = int(str(deployment.program.matching.get("rest_days", 14)))
    with deployment.database.writes.begin() as session:
        session.get_one(Supporter, staff_id, with_for_update=True).rest_until = now + timedelta(days=days)


def say_hours(deployment: Deployment, staff_id: UUID, hours: float) -> None:
    """Adds hours that the supporter spent, all cases together. Raises ValueError."""
    if not 0 < hours <= MOST_HOURS:
        raise ValueError("hours are more than none and at most a hundred")
    with deployment.database.writes.begin() as session:
        session.get_one(Supporter, staff_id, with_for_update=True).hours += hours


def want_invitations(deployment: Deployment, staff_id: UUID, wants: bool) -> None:
    """Whether notices to this supporter carry a private, neutrally titled calendar entry to download."""
    with deployment.database.writes.begin() as session:
        session.get_one(Supporter, staff_id, with_for_update=True).wants_invitations = wants


def give_supporter(
    deployment: Deployment, staff_id: UUID, own: UUID | None, *, by: Staff, now: datetime
) -> None:
    """Whom a supporter may turn to: another one, perhaps a senior. Raises ValueError for themselves."""
    if own == staff_id:
        raise ValueError("nobody is their own supporter")
    with deployment.database.writes.begin() as session:
        session.get_one(Supporter, staff_id, with_for_update=True).own_supporter_id = own
        audit.record(session, at=now, actor=f"staff:{by.ref}", action="own_supporter_given")


def set_away(deployment: Deployment, staff_id: UUID, until: datetime | None, now: datetime) -> None:
    """Somebody of the staff is away until then: what comes in goes to whoever stands in. None: back."""
    with deployment.database.writes.begin() as session:
        staff = session.get_one(Staff, staff_id, with_for_update=True)
        staff.away_until = until
        action = "staff_away" if until else "staff_back"
        audit.record(session, at=now, actor=f"staff:{staff.ref}", action=action)


def ask_supporters(deployment: Deployment, now: datetime) -> int:
    """Once a month each supporter is asked how they are themselves; returns how many are asked now."""
    with deployment.database.writes.begin() as session:
        due = or_(Supporter.asked_at.is_(None), Supporter.asked_at <= now - ASKED_EVERY)
        rows = session.scalars(select(Supporter).where(due).with_for_update(skip_locked=True)).all()
        for row in rows:
            is_new, row.asked_at = row.asked_at is None, now
            staff = session.get(Staff, row.staff_id)
            if staff is None or not staff.active or is_new:  # a month after they began
                continue
            key = f"supporter_check:{now:%Y%m%d}"
            notify(
                session, deployment, [staff], kind="supporter_check", key=key, now=now,
                details={"path": "/supporters"},
            )  # fmt: skip
    return len(rows)


def nominate(deployment: Deployment, name: str, reach: str, now: datetime) -> None:
    """A colleague whom somebody would trust as a supporter. Who nominated is not kept."""
    row = new_id()
    vault = deployment.vault
    with deployment.database.writes.begin() as session:
        session.add(
            Nomination(
                id=row,
                name_sealed=vault.seal(name, "nomination", "name", row),
                reach_sealed=vault.seal(reach, "nomination", "reach", row) if reach else None,
                at=now,
            )
        )


def nominations(session: Session, deployment: Deployment) -> Sequence[NominationShown]:
    """Those that nobody has looked into yet, oldest first."""
    vault = deployment.vault
    rows = session.scalars(select(Nomination).where(Nomination.settled_at.is_(None)).order_by(Nomination.at))
    return [
        NominationShown(
            id=row.id,
            name=vault.open(row.name_sealed, "nomination", "name", row.id),
            reach=vault.open(row.reach_sealed, "nomination", "reach", row.id) if row.reach_sealed else "",
            at=row.at,
        )
        for row in rows
    ]


def settle_nomination(deployment: Deployment, nomination_id: UUID) -> None:
    """Looked into: the name goes."""
    with deployment.database.writes.begin() as session:
        row = session.get(Nomination, nomination_id)
        if row is not None:
            session.delete(row)
