"""Texts that nobody could place, for a named clinician: without a name until opened, gone after 72 hours."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import may_handle
from store.members import address_of, name_of
from store.models import Member, Staff, UnclearReply
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import unknown
from web.privacy import note_look
from web.site import SiteDep

router = APIRouter(prefix="/console/unclear", include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearShown:
    """One text that waits, without whose it is."""

    id: UUID
    received_at: datetime
    expires_at: datetime
    is_opened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearOpened:
    """One text with its name, once a clinician pressed the button."""

    name: str
    text: str
    received_at: datetime
    contacts: tuple[tuple[str, str], ...]


@router.get("")
def unclear_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """What waits, oldest first."""
    viewer.need("clinical_reviewer")
    with site.deployment.database.reads() as session:
        rows = [_shown(row) for row in _mine(session, site.deployment, viewer, site.now())]
    return console_page(site, viewer, "console/unclear.html", here="unclear", rows=rows, opened=None)


@router.post("/{reply_id}")
def open_unclear(reply_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """Opens one; who did so, and when, stands where the member can read it."""
    viewer.need("clinical_reviewer")
    deployment, now, wanted = site.deployment, site.now(), known_id(reply_id)
    with deployment.database.writes.begin() as session:
        rows = _mine(session, deployment, viewer, now)
        row = next((one for one in rows if one.id == wanted), None)
        if row is None:
            raise unknown()
        opened = _opened(session, deployment, row)
        if row.opened_at is None:
            row.opened_by, row.opened_at = viewer.id, now
        note_look(session, now=now, actor=viewer.actor, what="unclear_text", member_id=row.member_id)
        shown = [_shown(one) for one in rows]
    return console_page(site, viewer, "console/unclear.html", here="unclear", rows=shown, opened=opened)


def _mine(session: Session, deployment: Deployment, viewer: Viewer, now: datetime) -> list[UnclearReply]:
    """Those that are not over, and not of the clinician's own unit."""
    staff = session.get_one(Staff, viewer.id)
    rows = session.scalars(
        select(UnclearReply).where(UnclearReply.expires_at > now).order_by(UnclearReply.received_at)
    )
    return [
        row
        for row in rows
        if may_handle(session, deployment.vault, staff, session.get(Member, row.member_id))
    ]


def _shown(row: UnclearReply) -> UnclearShown:
    return UnclearShown(
        id=row.id, received_at=row.received_at, expires_at=row.expires_at, is_opened=row.opened_at is not None
    )


def _opened(session: Session, deployment: Deployment, row: UnclearReply) -> UnclearOpened:
    vault, member = deployment.vault, session.get_one(Member, row.member_id)
    return UnclearOpened(
        name=name_of(vault, member),
        text=vault.open(row.text_sealed, "unclear_reply", "text", row.id),
        received_at=row.received_at,
        contacts=tuple((point.medium, address_of(vault, point)) for point in member.contacts),
    )
