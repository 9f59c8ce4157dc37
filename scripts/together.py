"""Who is to be together, or never: what `buddy`, `lock` and `exclude` have in common.

Stores the wish and says whether it is true already; it moves nobody. What the wish means for the next round is
the planner's business. Never says that an exclusion exists: it is confidential even from whoever runs commands.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import SystemClock
from scripts.errors import UsageFault
from scripts.wiring import deployed
from store import audit
from store.members import PairKeeper, member_by_ref
from store.models import BuddyGroup, GroupPlace

NOTHING_CHANGED = "Nothing changed: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The members that were named, in a transaction that commits at the end of the block."""

    session: Session
    ids: tuple[UUID, ...]
    keeper: PairKeeper
    record: Callable[[str], None]  # the action goes into the audit trail; the members do not

    @property
    def are_grouped(self) -> bool:
        """Whether they are in one group at this moment."""
        seated = [
            set(
                self.session.scalars(
                    select(GroupPlace.group_id)
                    .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
                    .where(GroupPlace.member_id == one, GroupPlace.active, BuddyGroup.state == "active")
                )
            )
            for one in self.ids
        ]
        return bool(set.intersection(*seated))


@contextmanager
def named_members(refs: Sequence[str]) -> Iterator[Named]:
    """The members of those ids. Raises UsageFault for one who is none, or named twice."""
    if len(set(refs)) != len(refs):
        raise UsageFault(f"{', '.join(refs)}: names somebody twice")
    clock = SystemClock()
    with deployed(clock) as deployment, deployment.database.writes.begin() as session:
        found = [(ref, member_by_ref(session, ref)) for ref in refs]
        if missing := [ref for ref, member in found if member is None]:
            raise UsageFault(
                "\n".join(f"{ref!r}: no such member; use the id of the member list" for ref in missing)
            )
        yield Named(
            session=session,
            ids=tuple(member.id for _, member in found if member is not None),
            keeper=PairKeeper(deployment.vault, clock.now()),
            # An entry that named them would tell every reader of the trail what is sealed elsewhere.
            record=lambda action: _record(session, clock, action),
        )


def _record(session: Session, clock: SystemClock, action: str) -> None:
    audit.record(session, at=clock.now(), actor="command line", action=action)


def agree(refs: Sequence[str], kind: str, *, remove: bool) -> tuple[bool, bool]:
    """Notes, or forgets, an agreement of that kind; (whether that changed anything, whether they are grouped)."""
    with named_members(refs) as named:
        change = named.keeper.disagree if remove else named.keeper.agree
        changed = change(named.session, kind, named.ids)
        grouped = named.are_grouped
        if changed:
            named.record(f"{kind}_removed" if remove else f"{kind}_noted")
        return changed, grouped
