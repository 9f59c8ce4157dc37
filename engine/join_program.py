"""Enrols somebody whose address is confirmed: what they told of themselves, and what they agreed to, word by word."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engine.confirm_address import Confirmed, confirmed_in
from engine.deployment import Deployment
from engine.links import Purpose, spend
from engine.record_consent import record_consent
from nudges.agreements import Agreed
from pairing.errors import PrepairedError
from store import audit
from store.addresses import index_form
from store.cohorts import join_cohort
from store.members import attributes_of, seal_emergency_contact
from store.models import ContactPoint, Joining, Member, new_id
from store.names import plain_name
from store.sealing import Vault

_REF_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is mistaken for another


class NotConfirmed(PrepairedError):
    """The address was never shown to be theirs, or that was too long ago."""


class NotAgreed(PrepairedError):
    """Without a yes to the limits and to one way of writing, nobody is enrolled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What somebody says who joins. Only the name and the two yeses are needed."""

    name: str
    timezone: str
    agreed: Agreed  # the words beside the boxes, as they read them
    agrees: bool  # to the limits of confidentiality, and to be written to at the confirmed address
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mode: str = "ask"
    keeps_colours: bool = True
    shares_contact: bool = False
    language: str = ""
    emergency: tuple[str, str] = ("", "")  # name and number of whom a responder may call
    cadence: str = ""  # names of the program's cadences to keep; "": all
    hour: str = ""  # "19:00"; "": the program's morning
    is_outside: bool = False


def join_program(deployment: Deployment, joining_id: UUID, wish: Application, now: datetime) -> UUID:
    """The member, enrolled once however often the form is sent. Raises NotConfirmed, NotAgreed."""
    if not wish.agrees or not plain_name(wish.name):
        raise NotAgreed("we need your name, and a yes to both boxes")
    with deployment.database.writes.begin() as session:
        who = confirmed_in(session, deployment, joining_id, now)
        if who is None:
            raise NotConfirmed("confirm your number or address first")
        if who.has_joined and who.member_id is not None:
            return who.member_id
        session.execute(update(Joining).where(Joining.id == joining_id).values(done_at=now))
        return enrol(session, deployment, who, wish, now)


def accept_invitation(deployment: Deployment, token: str, wish: Application, now: datetime) -> UUID:
    """The same for somebody on a list, whose mail with the link shows that the address is theirs.

    Raises NotConfirmed for a link that is spent or over, NotAgreed.
    """
    if not wish.agrees or not plain_name(wish.name):
        raise NotAgreed("we need your name, and a yes to both boxes")
    with deployment.database.writes.begin() as session:
        bearer = spend(session, token, Purpose.INVITATION, now)
        member = session.get(Member, bearer.member_id) if bearer and bearer.member_id else None
        point = next((one for one in member.contacts if one.medium == "email"), None) if member else None
        if member is None or point is None:
            raise NotConfirmed("this link was used already, or has run out")
        _settle(deployment, member, wish)
        _agree(session, point, wish, now, how="invitation")
        _note(session, member.id, now)
        return member.id


def decline_invitation(deployment: Deployment, token: str, now: datetime) -> bool:
    """The link is spent and nothing else is kept: to everybody it looks like silence."""
    with deployment.database.writes.begin() as session:
        return spend(session, token, Purpose.INVITATION, now) is not None


def enrol(session: Session, deployment: Deployment, who: Confirmed, wish: Application, now: datetime) -> UUID:
    """Makes the member, or fills in the one a list had named, at the confirmed address."""
    member = session.get(Member, who.member_id) if who.member_id else None
    if member is None:
        _take_over(session, who, deployment.vault)
        member = _fresh(deployment, wish, now)
        session.add(member)
        point = confirmed_contact(deployment, member.id, who, now)
        member.contacts.append(point)
    else:
        point = next(one for one in member.contacts if one.medium == who.medium)
        point.answered_at = point.answered_at or now
        point.unusable_since = point.unusable_code = None
    _settle(deployment, member, wish)
    session.flush()
    _agree(session, point, wish, now, how="join")
    if not wish.is_outside:  # a friend from outside comes into the cohort of whoever invited them
        join_cohort(session, deployment.program.join.cohort, [member.id], now)
    _note(session, member.id, now)
    return member.id


def _take_over(session: Session, who: Confirmed, vault: Vault) -> None:
    """An address that a list ascribed to somebody else is theirs who reads it."""
    index = vault.index(index_form(who.medium, who.address), who.medium)
    session.execute(
        delete(ContactPoint).where(ContactPoint.medium == who.medium, ContactPoint.address_index == index)
    )


def confirmed_contact(deployment: Deployment, member_id: UUID, who: Confirmed, now: datetime) -> ContactPoint:
    """A contact point at an address that somebody has shown to read."""
    row, vault = new_id(), deployment.vault
    return ContactPoint(
        id=row,
        member_id=member_id,
        medium=who.medium,
        address_sealed=vault.seal(who.address, "contact_point", "address", row),
        address_index=vault.index(index_form(who.medium, who.address), who.medium),
        consented=False,
        answered_at=now,
    )


def _fresh(deployment: Deployment, wish: Application, now: datetime) -> Member:
    row = new_id()
    return Member(
        id=row,
        ref="j-" + "".join(secrets.choice(_REF_SIGNS) for _ in range(8)),
        attributes_sealed=deployment.vault.seal_json({}, "member", "attributes", row),
        timezone=wish.timezone,
        status="active",
        work_days="",
        is_outside=wish.is_outside,
        created_at=now,
    )


def _settle(deployment: Deployment, member: Member, wish: Application) -> None:
    vault = deployment.vault
    member.name_sealed = vault.seal(plain_name(wish.name), "member", "name", member.id)
    merged = {name: list(values) for name, values in attributes_of(vault, member).items()}
    merged |= {name: list(values) for name, values in wish.attributes.items() if values}
    member.attributes_sealed = vault.seal_json(merged, "member", "attributes", member.id)
    member.timezone, member.status, member.mode = wish.timezone, "active", wish.mode
    member.keeps_colours, member.shares_contact = wish.keeps_colours, wish.shares_contact
    member.language, member.cadence, member.hour = wish.language, wish.cadence, wish.hour
    if any(wish.emergency):
        seal_emergency_contact(vault, member, *wish.emergency)


def _agree(session: Session, point: ContactPoint, wish: Application, now: datetime, *, how: str) -> None:
    point.answered_at = point.answered_at or now
    record_consent(session, point, wish.agreed, now, how=how)


def _note(session: Session, member_id: UUID, now: datetime) -> None:
    audit.record(session, at=now, actor=f"member:{member_id}", action="joined", subject=str(member_id))
