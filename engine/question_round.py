"""Why two members are not together in a stored round: asked in the console or by a command; no never-rule is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.pairing_input import PairingInput, pairing_input
from pairing.meetings import Past
from pairing.why_not import Chosen, NotInRound, why_not
from store.models import BuddyGroup, Round


def why_not_these(
    session: Session, deployment: Deployment, round_id: UUID, pair: tuple[str, str], now: datetime
) -> tuple[str, ...]:
    """Why two members, by their refs, are not together in that round; one sentence for somebody unknown."""
    stored = session.get(
        Round, round_id, options=[selectinload(Round.groups).selectinload(BuddyGroup.places)]
    )
    if stored is None:
        return ()
    given = pairing_input(session, deployment, stored.cohort_id, now)
    try:
        return why_not(*pair, chosen_round(stored, given))
    except NotInRound as fault:
        return (f"{str(fault)[:1].upper()}{str(fault)[1:]}.",)


def chosen_round(stored: Round, given: PairingInput) -> Chosen:
    """The round as the planner knows it: by refs, with the past before it."""
    groups = tuple(refs_of(group, given) for group in stored.groups)
    seated = {ref for group in groups for ref in group}
    people = {
        person.id: person for person in given.everybody if person.id in seated or person.id in given.ids
    }
    return Chosen(
        groups=groups,
        people=people,
        policy=given.policy,
        size=stored.size,
        number=stored.number,
        history=past_before(stored, given),
        locks=given.locks,
        seed=stored.seed,
    )


def past_before(stored: Round, given: PairingInput) -> tuple[Past, ...]:
    """The groups of the rounds before."""
    return tuple(past for past in given.history if past[0] < stored.number)


def refs_of(group: BuddyGroup, given: PairingInput) -> tuple[str, ...]:
    """The members of a group by their refs, in order."""
    return tuple(
        sorted(given.refs[place.member_id] for place in group.places if place.member_id in given.refs)
    )
