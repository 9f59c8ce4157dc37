"""Texts that nobody could place, for a named clinician: without a name until opened, gone after 72 hours."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from engine.open_unclear import open_unclear, unclear_texts
from store.models import UnclearReply
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import unknown
from web.site import Site, SiteDep

router = APIRouter(prefix="/console/unclear", include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearShown:
    """One text that waits, without whose it is."""

    id: UUID
    received_at: datetime
    expires_at: datetime
    is_opened: bool


@router.get("")
def unclear_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """What waits, oldest first."""
    viewer.need("clinical_reviewer")
    rows = _waiting(site, viewer)
    return console_page(site, viewer, "console/unclear.html", here="unclear", rows=rows, opened=None)


@router.post("/{reply_id}")
def read_unclear(reply_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """Opens one; who did so, and when, stands where the member can read it."""
    viewer.need("clinical_reviewer")
    deployment, now = site.deployment, site.now()
    opened = open_unclear(deployment, known_id(reply_id), staff_id=viewer.id, now=now)
    if opened is None:
        raise unknown()
    return console_page(
        site, viewer, "console/unclear.html", here="unclear", rows=_waiting(site, viewer), opened=opened
    )


def _waiting(site: Site, viewer: Viewer) -> list[UnclearShown]:
    with site.deployment.database.reads() as session:
        return [_shown(row) for row in unclear_texts(session, site.deployment, viewer.id, site.now())]


def _shown(row: UnclearReply) -> UnclearShown:
    return UnclearShown(
        id=row.id, received_at=row.received_at, expires_at=row.expires_at, is_opened=row.opened_at is not None
    )
