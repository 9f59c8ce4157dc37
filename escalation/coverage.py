"""Who has the queue in hand now: the coordinators, or whoever stands in while they are away or silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from escalation.deadlines import DeadlinePolicy, working_time
from nudges.public_holidays import Holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who may take the queue. Tier 0 are the coordinators, then deputy, director, alternate."""

    id: UUID
    tier: int
    away: bool = False  # said so
    silent: bool = False  # has not signed in for too long


def in_charge(holders: Sequence[Holder]) -> tuple[Holder, ...]:
    """Those in charge: the first tier in which somebody is here, and the next one too where that tier is silent.

    Where everybody is away, all of the first tier: somebody has to know. Empty only for no holders.
    """
    tiers = sorted({holder.tier for holder in holders})
    found: list[Holder] = []
    for tier in tiers:
        here = [holder for holder in holders if holder.tier == tier and not holder.away]
        found += here
        if here and not all(holder.silent for holder in here):
            break
    return tuple(found or [holder for holder in holders if holder.tier == tiers[0]])


def is_silent(
    seen_at: datetime | None,
    opened_at: datetime,
    now: datetime,
    hours: int,
    *,
    policy: DeadlinePolicy,
    zone: str,
    holidays: Holidays | frozenset[date] = frozenset(),
) -> bool:
    """Whether somebody has not signed in for `hours` hours of working time.

    Whoever never has is counted from the request's opening.
    """
    since = seen_at or opened_at
    return working_time(since, now, policy, zone=zone, holidays=holidays) >= timedelta(hours=hours)
