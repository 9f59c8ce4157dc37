"""The pool of supporters for the cases that wait: who fits, why, and what stands in the way of the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.case_people import CasePerson, has_conflict, person_of
from engine.deployment import Deployment
from engine.handlers import members_behind
from engine.staff import name_of_staff, with_role
from escalation.assignment import Assignment, assign, ranked
from escalation.requests import OPEN_STATES, WITH_SUPPORTER, RequestState
from escalation.supporters import Bar, CaseNeeds, MatchingRules, SupporterFacts
from nudges.clock import zone_of
from store.members import attributes_of
from store.models import BuddyGroup, GroupPlace, Member, Staff, Supporter, SupportRequest

_DAY_SHIFT = range(7, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One of the pool for one case."""

    id: UUID
    name: str
    cases: int  # in their hands now
    cap: int
    reasons: tuple[str, ...]
    bars: tuple[str, ...]  # empty: may take it
    is_best: bool  # the one whom the best assignment of all waiting cases gives it to


def rules_of(deployment: Deployment) -> MatchingRules:
    """The program's rules for supporters."""
    written = deployment.program.matching
    return MatchingRules(
        own_unit=str(written.get("own_unit", "never")),
        ranks=tuple(cast("Sequence[str]", written.get("ranks", ()))),
    )


def pool(session: Session, deployment: Deployment, now: datetime) -> list[SupporterFacts]:
    """Every supporter as they are now."""
    rows = {row.staff_id: row for row in session.scalars(select(Supporter))}
    loads = loads_of(session)
    return [_facts(deployment, one, rows.get(one.id), loads, now) for one in with_role(session, "supporter")]


def loads_of(session: Session) -> Mapping[UUID, int]:
    """Supporter -> cases in their hands."""
    counted = session.execute(
        select(SupportRequest.supporter_id, func.count())
        .where(SupportRequest.state.in_(WITH_SUPPORTER), SupportRequest.supporter_id.is_not(None))
        .group_by(SupportRequest.supporter_id)
    )
    return {supporter: count for supporter, count in counted if supporter is not None}


def _facts(
    deployment: Deployment, staff: Staff, row: Supporter | None, loads: Mapping[UUID, int], now: datetime
) -> SupporterFacts:
    vault = deployment.vault
    profile: Mapping[str, Sequence[str]] = {}
    if row is not None and row.profile_sealed is not None:
        profile = cast(
            "Mapping[str, Sequence[str]]",
            vault.open_json(row.profile_sealed, "supporter", "profile", staff.id),
        )
    local = now.astimezone(zone_of(deployment.program.zone))
    trained = row is None or row.trained_until is None or row.trained_until >= local.date()
    shift = "day" if local.hour in _DAY_SHIFT else "night"
    return SupporterFacts(
        id=str(staff.id),
        attributes=profile,
        unit=vault.open(staff.unit_sealed, "staff", "unit", staff.id) if staff.unit_sealed else None,
        load=loads.get(staff.id, 0),
        cap=row.cap if row else 3,
        total=row.cases if row else 0,
        resting=row is not None and row.rest_until is not None and row.rest_until > now,
        trained=trained,
        taking=(row is None or row.takes_cases) and not (staff.away_until and staff.away_until > now),
        on_shift=shift in profile.get("shift", ()),
    )


def needs_of(session: Session, deployment: Deployment, request: SupportRequest) -> CaseNeeds:
    """What is known of a case, and who must not have it: never-rules, own unit, own manager, own buddies."""
    person = person_of(session, deployment, request)
    wishes: Mapping[str, str] = {}
    if request.wishes_sealed is not None:
        opened = deployment.vault.open_json(request.wishes_sealed, "support_request", "wishes", request.id)
        wishes = cast("Mapping[str, str]", opened)
    return CaseNeeds(
        id=str(request.id),
        attributes=person.attributes,
        kind=request.kind,
        gender=wishes.get("gender") or None,
        language=wishes.get("language") or None,
        own_unit={"own": True, "another": False}.get(wishes.get("unit", "")),
        conflicts=frozenset(_conflicts(session, deployment, person)),
        passed=frozenset(request.passed or ()),
    )


def _conflicts(session: Session, deployment: Deployment, person: CasePerson) -> Iterator[str]:
    """Supporters who may not have it, for a reason that is told nobody.

    Their own case, a never-rule, a manager or a buddy; or a case of their own is open, perhaps of the same event.
    """
    close = _close_to(session, deployment, person.member) if person.member else set()
    in_care = set(
        session.scalars(select(SupportRequest.member_id).where(SupportRequest.state.in_(OPEN_STATES)))
    )
    for one in with_role(session, "supporter"):
        behind = members_behind(session, deployment.vault, one)
        if behind & close or behind & in_care or has_conflict(session, deployment, one, person):
            yield str(one.id)


def _close_to(session: Session, deployment: Deployment, member: Member) -> set[UUID]:
    """The member, the member's buddies of now, and their manager and those they manage, as members."""
    own_groups = select(GroupPlace.group_id).where(GroupPlace.member_id == member.id, GroupPlace.active)
    close = set(
        session.scalars(
            select(GroupPlace.member_id)
            .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
            .where(GroupPlace.group_id.in_(own_groups), BuddyGroup.state == "active", GroupPlace.active)
        )
    )
    managers = set(attributes_of(deployment.vault, member).get("manager", ()))
    for other in session.scalars(select(Member)):
        led_by = set(attributes_of(deployment.vault, other).get("manager", ()))
        if other.ref in managers or member.ref in led_by:
            close.add(other.id)
    return close | {member.id}


def suggestions(
    session: Session, deployment: Deployment, request: SupportRequest, now: datetime
) -> list[Suggestion]:
    """The pool for that case: who may take it first, best first; then the others, with the rule in the way."""
    people, rules = pool(session, deployment, now), rules_of(deployment)
    best = {
        pair.supporter
        for pair in assign_waiting(session, deployment, now).pairs
        if pair.case == str(request.id)
    }
    facts = {one.id: one for one in people}
    return [
        Suggestion(
            id=UUID(one.supporter),
            name=name_of_staff(deployment.vault, session.get_one(Staff, UUID(one.supporter))),
            cases=facts[one.supporter].load,
            cap=facts[one.supporter].cap,
            reasons=one.reasons,
            bars=tuple(bar.value for bar in _told(one.bars)),
            is_best=one.supporter in best,
        )
        for one in ranked(needs_of(session, deployment, request), people, rules)
    ]


def _told(bars: Sequence[Bar]) -> Sequence[Bar]:
    """A conflict hides every other reason, so that what it is cannot be read from what it is not."""
    return (Bar.CONFLICT,) if Bar.CONFLICT in bars else bars


def assign_waiting(session: Session, deployment: Deployment, now: datetime) -> Assignment:
    """The best assignment of every case that waits, together."""
    waiting = session.scalars(select(SupportRequest).where(SupportRequest.state == RequestState.OPEN))
    cases = [needs_of(session, deployment, request) for request in waiting]
    return assign(cases, pool(session, deployment, now), rules_of(deployment))


def may_take(
    session: Session, deployment: Deployment, request: SupportRequest, supporter_id: UUID, now: datetime
) -> bool:
    """Whether that supporter may have the case: of the pool, and no rule in the way."""
    return any(
        one.id == supporter_id and not one.bars for one in suggestions(session, deployment, request, now)
    )
