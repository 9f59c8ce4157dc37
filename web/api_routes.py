"""The same things for other software, behind the same session: messages, members, groups, requests."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.security import APIKeyCookie
from pydantic import BaseModel
from sqlalchemy import func, select

from store.models import BuddyGroup, Member, SupportRequest
from web.console_session import COOKIE, ViewerDep
from web.site import SiteDep
from web.views_groups import group_list
from web.views_messages import messages_shown
from web.views_requests import IN_QUEUE

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The session of a signed-in staff member.")
router = APIRouter(prefix="/api/v1", dependencies=[Depends(_cookie)])


class MessageOut(BaseModel):
    """A message: no text, no address; a member beside nudges only."""

    id: UUID
    member: UUID | None
    kind: str
    channel: str
    state: str
    reason: str
    due_at: datetime
    sent_at: datetime | None


class GroupOut(BaseModel):
    """An active group of buddies."""

    id: UUID
    cohort: str
    round: int
    members: list[UUID]
    activity: str
    started_at: datetime | None


class CountsOut(BaseModel):
    """How many of each; nobody named."""

    counts: dict[str, int]


@router.get("/messages", summary="The newest messages, or those in one state")
def messages(viewer: ViewerDep, site: SiteDep, state: str = "") -> list[MessageOut]:
    """For coordinators."""
    viewer.need("coordinator")
    return [
        MessageOut(
            id=row.id, member=row.member_id, kind=row.what, channel=row.medium, state=row.state,
            reason=row.why, due_at=row.due_at, sent_at=row.sent_at,
        )
        for row in messages_shown(site.deployment, site.now(), state=state)
    ]  # fmt: skip


@router.get("/members/count", summary="Members by status")
def members(viewer: ViewerDep, site: SiteDep) -> CountsOut:
    """For coordinators and directors. A member's own pause is no status."""
    viewer.need("coordinator", "director")
    with site.deployment.database.reads() as session:
        rows = session.execute(select(Member.status, func.count()).group_by(Member.status))
        return CountsOut(counts=dict(rows.all()))


@router.get("/groups", summary="Active groups, fifty a page")
def groups(viewer: ViewerDep, site: SiteDep, q: str = "", page: int = 1) -> list[GroupOut]:
    """For coordinators: those in which somebody's name or id holds every word of `q`. Empty beyond the last page."""
    viewer.need("coordinator")
    with site.deployment.database.reads() as session:
        found = group_list(session, site.deployment, site.now(), q=q[:80], page=page)
    shown = found.rows if found.page == page else []
    return [
        GroupOut(
            id=one.id, cohort=one.cohort, round=one.round, members=list(one.member_ids),
            activity=one.activity, started_at=one.started_at,
        )
        for one in shown
    ]  # fmt: skip


@router.get("/groups/count", summary="How many groups are active")
def group_count(viewer: ViewerDep, site: SiteDep) -> CountsOut:
    """For coordinators and directors."""
    viewer.need("coordinator", "director")
    with site.deployment.database.reads() as session:
        active = session.scalar(select(func.count()).where(BuddyGroup.state == "active"))
    return CountsOut(counts={"active": active or 0})


@router.get("/requests/counts", summary="Requests in the queue by state")
def requests(viewer: ViewerDep, site: SiteDep) -> CountsOut:
    """For coordinators and directors; wishes that are not confirmed are nobody's to count."""
    viewer.need("coordinator", "director")
    with site.deployment.database.reads() as session:
        rows = session.execute(
            select(SupportRequest.state, func.count())
            .where(SupportRequest.state.in_(IN_QUEUE))
            .group_by(SupportRequest.state)
        )
        found = dict(rows.all())
    return CountsOut(counts={state: found.get(state, 0) for state in IN_QUEUE})
