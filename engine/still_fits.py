"""Whether groups that were planned, or ran, some time ago may meet today: members leave, and never-rules are added."""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.pairing_input import pairing_input
from store.models import BuddyGroup


def still_fit(
    session: Session,
    deployment: Deployment,
    groups: Sequence[BuddyGroup],
    now: datetime,
    *,
    back: bool = False,
) -> bool:
    """Whether nobody in those groups of one cohort is kept apart by now, and everybody can still take part.

    `back`: the groups ran before and are to go on, so leave and pauses don't matter. Which of it is
    not so, and of whom, is not told: an exclusion is confidential.
    """
    if not groups:
        return True
    given = pairing_input(session, deployment, groups[0].cohort_id, now)
    seats = [[place.member_id for place in group.places] for group in groups]
    here = set(given.refs) if back else set(given.ids.values())
    if any(one not in here for seated in seats for one in seated):
        return False
    people = {person.id: person for person in given.everybody}
    return all(
        given.policy.allows(people[given.refs[one]], people[given.refs[other]])
        for seated in seats
        for one, other in combinations(seated, 2)
    )
