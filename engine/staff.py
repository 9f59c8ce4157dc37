"""The people who run the program: mirrored from the program file, found by role, told what waits for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import Draft, put
from engine.program import StaffEntry
from store.addresses import index_form, normal
from store.models import Staff, Supporter, new_id
from store.sealing import Vault


def sync_staff(deployment: Deployment, now: datetime) -> int:
    """Brings the staff table to what the program file says; returns how many people it names."""
    people = deployment.program.staff
    with deployment.database.writes.begin() as session:
        stored = {staff.ref: staff for staff in session.scalars(select(Staff))}
        for person in people:
            row = stored.pop(person.id, None)
            if row is None:
                row = Staff(id=new_id(), ref=person.id)
                session.add(row)
            vault = deployment.vault
            row.roles, row.active = ",".join(person.roles), True
            row.name_sealed = vault.seal(person.name, "staff", "name", row.id)
            email = normal("email", person.email) if person.email else None
            phone = normal("sms", person.phone) if person.phone else None
            row.email_sealed = vault.seal(email, "staff", "email", row.id) if email else None
            row.email_index = vault.index(index_form("email", email), "email") if email else None
            row.phone_sealed = vault.seal(phone, "staff", "phone", row.id) if phone else None
            row.unit_sealed = vault.seal(person.unit, "staff", "unit", row.id) if person.unit else None
            if "supporter" in person.roles:
                session.flush()
                _sync_supporter(session, vault, person, row, now)
        for gone in stored.values():
            gone.active = False
    return len(people)


def _sync_supporter(session: Session, vault: Vault, person: StaffEntry, staff: Staff, now: datetime) -> None:
    """What the file says of a supporter; what was lived through since (load, rest, colour) stays."""
    row = session.get(Supporter, staff.id)
    if row is None:
        row = Supporter(staff_id=staff.id, began_at=now)
        session.add(row)
    profile = {name: list(values) for name, values in person.attributes.items()}
    row.profile_sealed = vault.seal_json(profile, "supporter", "profile", staff.id)
    row.cap, row.trained_until = person.cap, person.trained_until


def staff_by_ref(session: Session, ref: str) -> Staff | None:
    """The staff member whom the program file calls that."""
    return session.scalars(select(Staff).where(Staff.ref == ref, Staff.active)).one_or_none()


def with_role(session: Session, role: str) -> Sequence[Staff]:
    """Everybody who has the role now."""
    staff = session.scalars(select(Staff).where(Staff.active).order_by(Staff.ref))
    return [person for person in staff if role in person.roles.split(",")]


def name_of_staff(vault: Vault, staff: Staff) -> str:
    """The staff member's name."""
    return vault.open(staff.name_sealed, "staff", "name", staff.id)


def notify(
    session: Session,
    deployment: Deployment,
    people: Sequence[Staff],
    *,
    kind: str,
    key: str,
    now: datetime,
    details: dict[str, str] | None = None,
    by: str | None = None,
) -> int:
    """Queues a neutral notice to each of the people, by mail where there is mail, else by SMS; `by` asks for one."""
    count = 0
    for person in people:
        medium = _medium_of(deployment, person, by)
        if medium is not None and put(
            session,
            deployment,
            Draft(
                key=f"{key}:{person.id}",
                kind=kind,
                medium=medium,
                staff_id=person.id,
                details=details,
                due_at=now,
            ),
            now,
        ):
            count += 1
    return count


def _medium_of(deployment: Deployment, person: Staff, by: str | None = None) -> str | None:
    if by == "sms" and person.phone_sealed and "sms" in deployment.channels:
        return "sms"
    if person.email_sealed and "email" in deployment.channels:
        return "email"
    return "sms" if person.phone_sealed and "sms" in deployment.channels else None
