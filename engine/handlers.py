"""Whose hands a member's case may be in, by every human route: coordinator, director, supporter, responder, reviewer.

Nobody handles a case of their own unit or their own, nor that of a member from whom they are kept apart: never-rules
hold for staff who are members themselves. Source: the table of who sees what, and its remark on never-rules.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.staff import staff_by_ref, with_role
from escalation.roster import Responder, on_call
from store.addresses import index_form
from store.members import attributes_of, is_excluded
from store.models import ContactPoint, Member, Staff
from store.sealing import Vault


def is_own_unit(vault: Vault, staff: Staff, member: Member) -> bool:
    """Whether the two work on one unit; then the member's case is not this person's to see."""
    if staff.unit_sealed is None:
        return False
    unit = vault.open(staff.unit_sealed, "staff", "unit", staff.id).casefold()
    return unit in {value.casefold() for value in attributes_of(vault, member).get("unit", ())}


def members_behind(session: Session, vault: Vault, staff: Staff) -> set[UUID]:
    """Which members that person is, told by an equal mail address or phone number."""
    same = []
    if staff.email_index is not None:
        same.append(and_(ContactPoint.medium == "email", ContactPoint.address_index == staff.email_index))
    if staff.phone_sealed is not None:
        phone = vault.open(staff.phone_sealed, "staff", "phone", staff.id)
        index = vault.index(index_form("sms", phone), "sms")
        same.append(and_(ContactPoint.medium == "sms", ContactPoint.address_index == index))
    return set(session.scalars(select(ContactPoint.member_id).where(or_(*same)))) if same else set()


def may_handle(session: Session, vault: Vault, staff: Staff, member: Member | None) -> bool:
    """Whether that member's case may be this person's; of a stranger nothing speaks against it."""
    if member is None:
        return True
    if is_own_unit(vault, staff, member):
        return False
    same = members_behind(session, vault, staff)
    return member.id not in same and not any(is_excluded(session, vault, one, member.id) for one in same)


def coordinators_for(session: Session, deployment: Deployment, member: Member) -> Sequence[Staff]:
    """Whose queue that member's requests are in: the coordinators who may have it, else the director, else the deputy.

    Empty where nobody may.
    """
    deputy = staff_by_ref(session, deployment.program.deputy) if deployment.program.deputy else None
    for people in (
        with_role(session, "coordinator"),
        with_role(session, "director"),
        [deputy] if deputy else [],
    ):
        free = [person for person in people if may_handle(session, deployment.vault, person, member)]
        if free:
            return free
    return []


def overseers_for(session: Session, deployment: Deployment, member: Member) -> Sequence[Staff]:
    """Who hears of a deadline that passed: those whose queue it is in, the deputy and the directors who may.

    Where nobody may, the directors: the notice names no one, and somebody has to know.
    """
    people = {person.id: person for person in coordinators_for(session, deployment, member)}
    deputy = staff_by_ref(session, deployment.program.deputy) if deployment.program.deputy else None
    for person in (*([deputy] if deputy else []), *with_role(session, "director")):
        if may_handle(session, deployment.vault, person, member):
            people[person.id] = person
    return list(people.values()) or with_role(session, "director")


def responders_for(
    session: Session, deployment: Deployment, member: Member | None, now: datetime
) -> tuple[Responder, ...]:
    """The on-call chain now, without anybody whose case it cannot be."""
    chain = on_call(deployment.program.roster, now)
    if member is None:
        return chain
    staff = {responder.id: staff_by_ref(session, responder.id) for responder in chain}
    return tuple(
        responder
        for responder in chain
        if (person := staff[responder.id]) and may_handle(session, deployment.vault, person, member)
    )
