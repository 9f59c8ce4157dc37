"""The member's hour in this browser: a signed cookie that a press of a button, or a code, is traded for."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from store.models import ProgramState
from web.faults import Refused
from web.site import Site, SiteDep

COOKIE = "prepaired_member"
STAYS = timedelta(hours=1)
_PURPOSE = "member page"


def let_in(site: Site, member: UUID, *, note: str = "", to: str = "/my") -> Response:
    """Opens the member's pages in this browser for an hour."""
    response = RedirectResponse(f"{to}?note={note}" if note else to, 303)
    response.set_cookie(
        COOKIE, site.seals.seal(_PURPOSE, _since(site, member), site.clock.wall() + STAYS), path="/my", httponly=True,
        max_age=int(STAYS.total_seconds()), samesite="lax", secure=site.settings.is_https,
    )  # fmt: skip
    return response


def _since(site: Site, member: UUID) -> str:
    """Who was let in, and when: a revocation ends what began before it."""
    return f"{member}|{site.clock.wall().timestamp()}"


def _member(request: Request, site: SiteDep) -> UUID:
    sealed = site.seals.open(_PURPOSE, request.cookies.get(COOKIE, ""), site.clock.wall())
    member, _, since = (sealed or "").partition("|")
    with site.deployment.database.reads() as session:
        revoked_at = session.scalar(select(ProgramState.revoked_at))
    if not since or (revoked_at is not None and datetime.fromtimestamp(float(since), UTC) <= revoked_at):
        raise Refused(
            401, "Open your page from a link", "Each of our messages carries one. It lasts an hour."
        )
    return UUID(member)


MemberDep = Annotated[UUID, Depends(_member)]


def form_scope(request: Request) -> str:
    """What the form tokens of this hour are bound to."""
    return f"{_PURPOSE}:{request.cookies.get(COOKIE, '')}"
