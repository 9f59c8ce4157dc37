"""What the pool of supporters lacks, measured at the members there are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.match_supporters import pool, rules_of
from escalation.pool_gaps import Gap, pool_gaps
from store.members import attributes_of
from store.models import Member

FEWEST_MEMBERS = 5  # a gap that concerns fewer is not shown by its value: it could point


def pool_report(session: Session, deployment: Deployment, now: datetime) -> Sequence[Gap]:
    """The gaps that concern at least a handful of members, the largest first."""
    members = session.scalars(select(Member).where(Member.status == "active"))
    attributes = (attributes_of(deployment.vault, member) for member in members)
    found = pool_gaps(attributes, pool(session, deployment, now), rules_of(deployment))
    return [gap for gap in found if gap.members >= FEWEST_MEMBERS]
