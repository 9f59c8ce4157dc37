"""The names of a reader's buddies, for the texts that may name them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.recipients import Recipient
from store.members import address_of, name_of
from store.models import BuddyGroup, GroupPlace, Member, Message

UNNAMED = "your buddy"


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split(" ")[0] if name else ""


def group_names(session: Session, deployment: Deployment, group_id: UUID, without: UUID) -> list[str]:
    """The names of the others in an active group, in order."""
    members = session.scalars(
        select(Member)
        .join(GroupPlace, GroupPlace.member_id == Member.id)
        .where(GroupPlace.group_id == group_id, GroupPlace.active, Member.id != without)
        .order_by(Member.ref)
    )
    reader = session.get(Member, without)
    apart = reader is not None and reader.is_outside
    named = [(member.is_outside or apart, name_of(deployment.vault, member)) for member in members]
    return [first_name(name) if is_apart else name for is_apart, name in named]


def shared_contacts(session: Session, deployment: Deployment, group_id: UUID, without: UUID) -> list[str]:
    """How to reach the others who share it: a line each."""
    members = session.scalars(
        select(Member)
        .join(GroupPlace, GroupPlace.member_id == Member.id)
        .where(
            GroupPlace.group_id == group_id, GroupPlace.active, Member.id != without, Member.shares_contact
        )
        .order_by(Member.ref)
        .options(selectinload(Member.contacts))
    )
    vault = deployment.vault
    return [
        f"{first_name(name_of(vault, one))}: {', '.join(address_of(vault, point) for point in one.contacts)}"
        for one in members
    ]


def buddies_of(
    session: Session, deployment: Deployment, message: Message, reader: Recipient
) -> dict[str, str]:
    """The fields that speak of buddies; a number that has never answered learns no name."""
    fields = {"buddy": UNNAMED, "buddies": UNNAMED, "reasons": "", "contacts": ""}
    if message.group_id is None or reader.member is None:
        return fields
    if message.medium == "sms" and not reader.has_answered:
        return fields
    names = group_names(session, deployment, message.group_id, reader.member.id)
    if names:
        fields["buddy"] = " and ".join(first_name(name) for name in names)
        fields["buddies"] = " and ".join(names)
    fields["contacts"] = "\n".join(shared_contacts(session, deployment, message.group_id, reader.member.id))
    group = session.get(BuddyGroup, message.group_id)
    if group is not None and group.reasons_sealed is not None:
        sealed = deployment.vault.open_json(group.reasons_sealed, "buddy_group", "reasons", group.id)
        fields["reasons"] = "\n".join(str(one) for one in sealed) if isinstance(sealed, list) else ""
    return fields
