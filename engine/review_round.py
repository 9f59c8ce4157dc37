"""What a coordinator looks at before publishing: who changes, why, what it costs, who is told. Changes nothing.

Every explanation is worked out without never-rules; here nobody may edit them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.pairing_input import PairingInput, pairing_input
from engine.plan_nudges import media_of
from engine.question_round import chosen_round, past_before, refs_of
from engine.still_fits import still_fit
from engine.stored_rounds import running_number
from engine.why_together import reasons_of
from pairing.alternatives import alternatives
from pairing.meetings import Meetings, pairs_of
from pairing.obstacles import obstacles
from pairing.why_not import Chosen
from store.cohorts import active_groups
from store.members import name_of
from store.models import BuddyGroup, Cohort, Member, Round

EXPLAINED = 600  # people: up to here every member's best alternative is worked out


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One member of a group under review."""

    id: UUID
    ref: str
    name: str
    before: tuple[str, ...]  # names of the buddies now
    alternative: str  # what the next best buddy would have cost; empty where there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReview:
    """A group under review."""

    seats: tuple[Seat, ...]
    stays: bool
    repeats: int  # pairs who have met before; who stays does not count
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundReview:
    """A stored round with what it would change."""

    id: UUID
    cohort: str
    number: int
    state: str
    size: int
    weight: int
    bound: int
    planned_at: datetime
    published_at: datetime | None
    ends_on: date | None
    groups: tuple[GroupReview, ...]
    changes: int  # members who get another buddy
    repeats: int
    unplaced: tuple[tuple[str, str], ...]  # name and why
    left_out: Mapping[str, int]  # why -> how many members do not take part
    told: Mapping[str, int]  # medium -> how many introductions; "nobody" where there is no channel
    is_running: bool
    hindrance: str  # why it cannot be published any more; empty: it can


def review_round(
    session: Session, deployment: Deployment, round_id: UUID, now: datetime
) -> RoundReview | None:
    """The round as it stands, a draft compared with what runs now; None where there is no such round."""
    row = session.execute(
        select(Round, Cohort.name)
        .join(Cohort, Cohort.id == Round.cohort_id)
        .where(Round.id == round_id)
        .options(selectinload(Round.groups).selectinload(BuddyGroup.places))
    ).one_or_none()
    if row is None:
        return None
    stored, cohort = row
    given = pairing_input(session, deployment, stored.cohort_id, now)
    names = _names(session, deployment, given)
    before = _running(session, given, stored)
    groups = _groups(deployment, stored, given, before, names)
    changing = {seat.id for group in groups if not group.stays for seat in group.seats}
    return RoundReview(
        id=stored.id,
        cohort=cohort,
        number=stored.number,
        state=stored.state,
        size=stored.size,
        weight=stored.weight,
        bound=stored.bound,
        planned_at=stored.planned_at,
        published_at=stored.published_at,
        ends_on=stored.ends_on,
        groups=groups,
        changes=len(changing),
        repeats=sum(group.repeats for group in groups),
        unplaced=_unplaced(stored, given, names) if stored.state == "draft" else (),
        left_out=given.left_out,
        told=Counter(medium or "nobody" for medium in media_of(session, deployment, changing).values()),
        is_running=stored.state == "published" and stored.number == running_number(session, stored.cohort_id),
        hindrance=_hindrance(session, deployment, stored, now),
    )


def _running(session: Session, given: PairingInput, stored: Round) -> dict[str, frozenset[str]]:
    """Ref -> the group before: what runs now for a draft, the round before otherwise."""
    if stored.state == "draft":
        groups = [frozenset(refs_of(group, given)) for group in active_groups(session, stored.cohort_id)]
    else:
        past = past_before(stored, given)
        latest = max((number for number, _ in past), default=0)
        groups = [group for number, group in past if number == latest]
    return {ref: group for group in groups for ref in group}


def _groups(
    deployment: Deployment,
    stored: Round,
    given: PairingInput,
    before: Mapping[str, frozenset[str]],
    names: Mapping[str, str],
) -> tuple[GroupReview, ...]:
    chosen = chosen_round(stored, given)
    meetings = Meetings(chosen.history)
    others = _alternatives(chosen, meetings, names) if stored.state == "draft" else {}
    ids = {ref: id_ for id_, ref in given.refs.items()}
    found = []
    for group in stored.groups:
        refs = refs_of(group, given)
        stays = bool(refs) and before.get(refs[0]) == frozenset(refs)
        seats = tuple(
            Seat(
                id=ids[ref],
                ref=ref,
                name=names[ref],
                before=tuple(names[one] for one in sorted(before.get(ref, ())) if one != ref),
                alternative=others.get(ref, ""),
            )
            for ref in refs
        )
        met = 0 if stays else sum(meetings.last(*pair) is not None for pair in pairs_of(refs))
        found.append(
            GroupReview(seats=seats, stays=stays, repeats=met, reasons=_reasons(deployment, group, names))
        )
    return tuple(sorted(found, key=lambda each: (each.stays, [seat.name for seat in each.seats])))


def _alternatives(chosen: Chosen, meetings: Meetings, names: Mapping[str, str]) -> dict[str, str]:
    if len(chosen.people) > EXPLAINED:
        return {}
    found = alternatives(chosen.groups, chosen.people, chosen.policy, meetings)
    return {ref: best.sentence(names.__getitem__) for ref, best in found.items()}


def _reasons(deployment: Deployment, group: BuddyGroup, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(_in_names(one, names) for one in reasons_of(deployment.vault, group))


def _in_names(sentence: str, names: Mapping[str, str]) -> str:
    """A sentence about two of three begins with their ids: here people are called by name."""
    lead, colon, rest = sentence.partition(": ")
    pair = lead.split(" and ")
    if colon and len(pair) == 2 and all(ref in names for ref in pair):
        return f"{names[pair[0]]} and {names[pair[1]]}: {rest}"
    return sentence


def _unplaced(stored: Round, given: PairingInput, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    groups = [refs_of(group, given) for group in stored.groups]
    seated = {ref for group in groups for ref in group}
    return tuple(
        (
            names[person.id],
            obstacles(person, [one for one in given.people if one.id != person.id], given.policy, groups).why,
        )
        for person in given.people
        if person.id not in seated
    )


def _hindrance(session: Session, deployment: Deployment, stored: Round, now: datetime) -> str:
    if stored.state != "draft":
        return ""
    if stored.follows != running_number(session, stored.cohort_id):
        return "Another round has been published or taken back since this one was planned."
    if not still_fit(session, deployment, stored.groups, now):
        return "Members or rules have changed since this round was planned."
    return ""


def _names(session: Session, deployment: Deployment, given: PairingInput) -> dict[str, str]:
    members: Sequence[Member] = session.scalars(select(Member).where(Member.id.in_(given.refs))).all()
    return {member.ref: name_of(deployment.vault, member) for member in members}
