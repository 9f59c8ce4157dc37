"""Rows to begin a store test with; what a test is about it sets itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from store.models import (
    BuddyGroup,
    Cohort,
    ContactPoint,
    GroupPlace,
    Incident,
    Member,
    Message,
    Round,
    new_id,
)
from store.sealing import Vault

NAME = "Marisol Quintanilla"
PHONE = "+12025550147"
EMAIL = "marisol.quintanilla@example.org"
ATTRIBUTES = {"specialty": ["Palliative medicine"], "unit": ["Oncology-7"]}


def add_member(session: Session, vault: Vault, now: datetime, ref: str = "m001") -> Member:
    """A member with a sealed name and attributes and no contact point."""
    row = new_id()
    member = Member(
        id=row,
        ref=ref,
        name_sealed=vault.seal(NAME, "member", "name", row),
        attributes_sealed=vault.seal_json(ATTRIBUTES, "member", "attributes", row),
        timezone="America/New_York",
        status="active",
        work_days="",
        created_at=now,
    )
    session.add(member)
    session.flush()
    return member


def add_contact(session: Session, vault: Vault, member: Member, medium: str, address: str) -> ContactPoint:
    """A contact point of that member."""
    row = new_id()
    point = ContactPoint(
        id=row,
        member_id=member.id,
        medium=medium,
        address_sealed=vault.seal(address, "contact_point", "address", row),
        address_index=vault.index(address, medium),
        consented=True,
    )
    session.add(point)
    session.flush()
    return point


def message(now: datetime, natural_key: str) -> Message:
    """A message under that key, not yet in a session."""
    return Message(
        natural_key=natural_key,
        kind="weekly",
        lane=5,
        state="due",
        medium="sms",
        sender="sms:+12025550100",
        due_at=now,
        not_before=now,
        send_before=now,
        created_at=now,
    )


def add_round(session: Session, now: datetime, cohort: Cohort, number: int = 1) -> Round:
    """A published round of that cohort."""
    made = Round(
        cohort_id=cohort.id,
        number=number,
        state="published",
        size=2,
        seed=1,
        weight=0,
        bound=0,
        planned_at=now,
        published_at=now,
    )
    session.add(made)
    session.flush()
    return made


def add_group(
    session: Session, now: datetime, made: Round, *members: UUID, active: bool = True
) -> BuddyGroup:
    """A group of that round with those members."""
    group = BuddyGroup(cohort_id=made.cohort_id, round_id=made.id, state="active", started_at=now)
    session.add(group)
    session.flush()
    for member in members:
        session.add(GroupPlace(group_id=group.id, member_id=member, cohort_id=made.cohort_id, active=active))
    session.flush()
    return group


def incident(vault: Vault, now: datetime, number: str, state: str = "open") -> Incident:
    """An incident from that number, not yet in a session."""
    row = new_id()
    return Incident(
        id=row,
        about="self",
        state=state,
        medium="sms",
        from_index=vault.index(number, "sms"),
        from_sealed=vault.seal(number, "incident", "from", row),
        text_sealed=vault.seal("I cannot go on", "incident", "text", row),
        opened_at=now,
    )
