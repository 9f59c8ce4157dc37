"""What members correct and set about themselves, in one act: name, place in time, rhythm, leave, what buddies see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import rhythms
from engine.confirm_address import JOINING_LASTS, confirmed_in
from engine.deployment import Deployment
from engine.join_program import confirmed_contact
from engine.outbox import Draft, put_many
from engine.patterns import LAST_HOUR
from engine.record_consent import record_consent
from nudges.agreements import Agreed
from nudges.languages import LANGUAGES
from nudges.rhythm import in_order
from pairing.errors import PrepairedError
from store import audit
from store.members import address_of, attributes_of, seal_emergency_contact
from store.models import Consent, Joining, Member
from store.names import plain_name

LONGEST = 80
DAYS = "0123456"


class NoSuchSetting(PrepairedError):
    """A value that cannot be set; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the member wants to have set; None leaves a thing as it is."""

    name: str | None = None
    timezone: str | None = None
    language: str | None = None
    shares_contact: bool | None = None
    tells_coordinator: bool | None = None
    cadence: str | None = None  # names of the program's cadences to keep, with spaces; "": all
    hour: str | None = None  # "19:00"; "": the program's morning
    work_days: str | None = None  # digits, Monday is 0; "": the program's
    emergency: tuple[str, str] | None = None  # name and number; either one blank: nobody
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def change_settings(deployment: Deployment, member_id: UUID, wanted: Settings, now: datetime) -> None:
    """Sets all of it or nothing, and re-aims the nudges. Raises NoSuchSetting."""
    if not settles(deployment, wanted):
        raise NoSuchSetting("that cannot be set")
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        _seal(deployment, member, wanted)
        for name in (
            "timezone",
            "language",
            "shares_contact",
            "tells_coordinator",
            "cadence",
            "hour",
            "work_days",
        ):
            if (value := getattr(wanted, name)) is not None:
                setattr(member, name, value)
        session.flush()
        rhythms.follow_members(session, deployment, now)
        _note(session, member_id, "changed_settings", now)


def take_leave(
    deployment: Deployment, member_id: UUID, first: date | None, last: date | None, now: datetime
) -> None:
    """Away from one day to another, both included; None and None ends it. Raises NoSuchSetting."""
    if (first is None) != (last is None) or (first and last and (last < first or (last - first).days > 400)):
        raise NoSuchSetting("give the first and the last day, in that order")
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        member.away_from, member.away_until = first, last
        _note(session, member_id, "took_leave" if first else "ended_leave", now)


def use_address(deployment: Deployment, joining_id: UUID, member_id: UUID, now: datetime) -> bool:
    """Takes a confirmed number or address into use, in place of the old one; False where that is not possible."""
    with deployment.database.writes.begin() as session:
        who = confirmed_in(session, deployment, joining_id, now)
        if who is None or who.settles != member_id or who.member_id not in (None, member_id):
            return False
        member = session.get_one(Member, member_id)
        is_plain = who.member_id == member_id or _has_just_joined(session, member_id, now)
        if not is_plain:
            _tell_known_addresses(session, deployment, member, joining_id, now)
        old = next((one for one in member.contacts if one.medium == who.medium), None)
        if old is not None:
            member.contacts.remove(old)
            session.flush()
        point = confirmed_contact(deployment, member_id, who, now)
        point.changed_at = None if is_plain else now
        member.contacts.append(point)
        agreed = deployment.program.agreement.agreed(who.medium, _language(deployment, member))
        record_consent(session, point, agreed, now, how="page")
        _note(session, member_id, "changed_address", now)
        return True


def asked_to_agree(deployment: Deployment, joining_id: UUID, member_id: UUID) -> tuple[Agreed, str] | None:
    """What the code for a number or address agrees to, and the language it is read in. Reads only."""
    with deployment.database.reads() as session:
        joining, member = session.get(Joining, joining_id), session.get_one(Member, member_id)
        if joining is None or joining.member_id != member_id:
            return None
        language = _language(deployment, member)
        return deployment.program.agreement.agreed(joining.medium, language), language


def _language(deployment: Deployment, member: Member) -> str:
    return member.language or deployment.program.language


def _has_just_joined(session: Session, member_id: UUID, now: datetime) -> bool:
    """Whether this is still the browser that joined a moment ago, with a second way of being written to."""
    query = select(Consent.id).where(
        Consent.member_id == member_id,
        Consent.how.in_(("join", "invitation")),
        Consent.at > now - JOINING_LASTS,
    )
    return session.scalar(query.limit(1)) is not None


def _tell_known_addresses(
    session: Session, deployment: Deployment, member: Member, change: UUID, now: datetime
) -> None:
    """Every address that was the member's until now hears of it, neutrally: whoever it was, the member knows."""
    drafts = [
        Draft(
            key=f"address_changed:{member.id}:{change}:{point.medium}", kind="address_changed", medium=point.medium,
            address=address_of(deployment.vault, point), details={"language": member.language}, due_at=now,
        )
        for point in member.contacts
        if point.consented and point.unusable_since is None
    ]  # fmt: skip
    put_many(session, deployment, drafts, now)


def settles(deployment: Deployment, wanted: Settings) -> bool:
    """Whether all of it can be set."""
    kinds = {one.kind for one in in_order(deployment.program.cadences)}
    good = (
        wanted.name is None or 0 < len(plain_name(wanted.name)) <= LONGEST,
        wanted.timezone is None or wanted.timezone in available_timezones(),
        wanted.language in (None, "", *LANGUAGES),
        wanted.cadence is None or set(wanted.cadence.split()) <= kinds,
        wanted.work_days is None or set(wanted.work_days) <= set(DAYS),
        not wanted.hour or _is_hour(deployment, wanted.hour),
    )
    return all(good)


def _is_hour(deployment: Deployment, written: str) -> bool:
    try:
        hour = time.fromisoformat(written)
    except ValueError:
        return False
    return hour <= LAST_HOUR and not deployment.program.quiet.covers(hour)


def _seal(deployment: Deployment, member: Member, wanted: Settings) -> None:
    vault = deployment.vault
    if wanted.name is not None:
        member.name_sealed = vault.seal(plain_name(wanted.name), "member", "name", member.id)
    if wanted.emergency is not None:
        seal_emergency_contact(vault, member, *wanted.emergency)
    if wanted.attributes:
        merged = {name: list(values) for name, values in attributes_of(vault, member).items()}
        merged |= {name: list(values) for name, values in wanted.attributes.items()}
        filled = {name: values for name, values in merged.items() if values}
        member.attributes_sealed = vault.seal_json(filled, "member", "attributes", member.id)


def _note(session: Session, member_id: UUID, action: str, now: datetime) -> None:
    audit.record(session, at=now, actor=f"member:{member_id}", action=action, subject=str(member_id))
