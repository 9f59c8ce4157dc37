"""Whom a case is about, and in whose hands it may be: members and people who are none alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import members_behind
from engine.staff import staff_by_ref, with_role
from escalation.coverage import Holder, in_charge, is_silent
from store.addresses import BadAddress, index_form, normal
from store.members import Attributes, address_of, attributes_of, is_excluded, name_of
from store.models import AuditEntry, Member, Staff, SupportRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePerson:
    """Whom a case is about: a member, a colleague who is none, or everybody of a unit."""

    name: str
    member: Member | None
    contacts: tuple[tuple[str, str], ...]  # medium, address
    attributes: Attributes
    how: str = ""  # how and when to reach somebody who is no member


def person_of(session: Session, deployment: Deployment, request: SupportRequest) -> CasePerson:
    """The person of that case, unsealed."""
    vault = deployment.vault
    member = session.get(Member, request.member_id) if request.member_id else None
    if member is not None:
        return CasePerson(
            name=name_of(vault, member),
            member=member,
            contacts=tuple((point.medium, address_of(vault, point)) for point in member.contacts),
            attributes=attributes_of(vault, member),
        )
    told = _told(deployment, request)
    ways = (("sms", told.get("phone")), ("email", told.get("email")))
    return CasePerson(
        name=told.get("name", "") or "Somebody who is no member any more",
        member=None,
        contacts=tuple((medium, address) for medium, address in ways if address),
        attributes={
            name: (told[name],) for name in ("unit", "specialty", "seniority", "site") if told.get(name)
        },
        how=told.get("how", ""),
    )


def _told(deployment: Deployment, request: SupportRequest) -> Mapping[str, str]:
    if request.person_sealed is None:
        return {}
    opened = deployment.vault.open_json(request.person_sealed, "support_request", "person", request.id)
    return cast("dict[str, str]", opened)


def may_have(session: Session, deployment: Deployment, staff: Staff, request: SupportRequest) -> bool:
    """Whether that case may be this person's: not their own, not of their unit, nobody they are kept apart from."""
    person = person_of(session, deployment, request)
    return not is_of_unit(deployment, staff, person) and not has_conflict(session, deployment, staff, person)


def is_of_unit(deployment: Deployment, staff: Staff, person: CasePerson) -> bool:
    """Whether the two work on one unit."""
    if staff.unit_sealed is None:
        return False
    unit = deployment.vault.open(staff.unit_sealed, "staff", "unit", staff.id).casefold()
    return unit in {value.casefold() for value in person.attributes.get("unit", ())}


def has_conflict(session: Session, deployment: Deployment, staff: Staff, person: CasePerson) -> bool:
    """Whether the case is about that very person, or somebody they are kept apart from."""
    if person.member is None:
        return _is_same(deployment, staff, person)
    same, member = members_behind(session, deployment.vault, staff), person.member
    return member.id in same or any(is_excluded(session, deployment.vault, one, member.id) for one in same)


def _is_same(deployment: Deployment, staff: Staff, person: CasePerson) -> bool:
    """Whether somebody of the staff is that very person, told by an equal number or mail address."""
    vault = deployment.vault
    own = {staff.email_index}
    if staff.phone_sealed is not None:
        phone = vault.open(staff.phone_sealed, "staff", "phone", staff.id)
        own.add(vault.index(index_form("sms", phone), "sms"))
    return any(
        address_index(deployment, medium, address) in own - {None} for medium, address in person.contacts
    )


def address_index(deployment: Deployment, medium: str, address: str) -> str | None:
    """The fingerprint of an address as it was written; None where it is none."""
    try:
        return deployment.vault.index(index_form(medium, normal(medium, address)), medium)
    except BadAddress:
        return None


def _tiers(session: Session, deployment: Deployment) -> list[tuple[int, Staff]]:
    program = deployment.program
    named = [staff_by_ref(session, ref) for ref in program.roster.alternates]
    deputy = staff_by_ref(session, program.deputy) if program.deputy else None
    return [
        *((0, one) for one in with_role(session, "coordinator")),
        *([(1, deputy)] if deputy else []),
        *((2, one) for one in with_role(session, "director")),
        *((3, one) for one in named if one is not None),
    ]


def in_charge_of(
    session: Session, deployment: Deployment, request: SupportRequest, now: datetime
) -> Sequence[Staff]:
    """Whose queue the case is in now: without anybody whose case it cannot be, around absence and silence."""
    people: dict[object, Staff] = {}
    holders: list[Holder] = []
    for tier, one in _tiers(session, deployment):
        if one.id in people or not may_have(session, deployment, one, request):
            continue
        people[one.id] = one
        holders.append(
            Holder(
                id=one.id,
                tier=tier,
                away=one.away_until is not None and one.away_until > now,
                silent=_silent(deployment, one, request, now),
            )
        )
    return [people[holder.id] for holder in in_charge(holders)] if holders else []


def _silent(deployment: Deployment, staff: Staff, request: SupportRequest, now: datetime) -> bool:
    program = deployment.program
    return is_silent(
        staff.seen_at,
        request.opened_at or now,
        now,
        program.hand_over_hours,
        policy=program.deadline_policy,
        zone=program.zone,
        holidays=program.holidays,
    )


def on_rung(
    session: Session, deployment: Deployment, request: SupportRequest, tell: str, now: datetime
) -> Sequence[Staff]:
    """Who a rung of the ladder means for this case. Never empty while there is any staff: the notice names no one."""
    if tell == "coordinator":
        found = list(in_charge_of(session, deployment, request, now))
    elif tell == "deputy":
        deputy = staff_by_ref(session, deployment.program.deputy) if deployment.program.deputy else None
        found = [deputy] if deputy else []
    else:
        found = list(with_role(session, tell))
    found = [one for one in found if may_have(session, deployment, one, request)]
    return found or in_charge_of(session, deployment, request, now) or with_role(session, "director")


def trail_of(session: Session, member_id: UUID) -> Select[AuditEntry]:
    """What the trail says of a member, as they may read it: without a look of which they must not hear."""
    withheld = (AuditEntry.action == "glass_broken") & AuditEntry.detail.startswith("not told")
    return select(AuditEntry).where(AuditEntry.subject.in_(trail_names_of(session, member_id)), ~withheld)


def trail_names_of(session: Session, member_id: UUID) -> list[str]:
    """What the trail calls a member now: their id, and the aliases of the cases that are not forgotten yet."""
    aliases = session.scalars(select(SupportRequest.alias).where(SupportRequest.member_id == member_id))
    return [str(member_id), *aliases]
