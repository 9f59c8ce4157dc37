"""The console's pages to read: overview, members, groups, check-ins, messages, audit. Every look at a person is
written down."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.note_look import note_look
from engine.requeue_dead import NothingToRequeue, requeue_dead
from web.console_page import console_page
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import meanwhile, unknown
from web.live import live, refreshed
from web.site import Site, SiteDep
from web.views_check_ins import weeks
from web.views_groups import group_list
from web.views_members import member_list, person
from web.views_messages import STATES, counts_by_state, messages_shown
from web.views_overview import overview
from web.views_program import audit_entries

router = APIRouter(prefix="/console", include_in_schema=False)


@router.get("")
@router.get("/")
def overview_page(request: Request, viewer: ViewerDep, site: SiteDep) -> Response:
    """What needs somebody today; htmx fetches only the part that changes."""
    view = overview(site.deployment, site.clock, viewer, demo=site.settings.demo)
    part = live(site.render("console/overview_live.html", viewer=viewer, view=view))
    return refreshed(request, part) or console_page(
        site, viewer, "console/overview.html", here="overview", part=part
    )


@router.get("/members")
def members_page(viewer: ViewerDep, site: SiteDep, q: str = "", page: int = 1) -> HTMLResponse:
    """The members, searched by name or id."""
    viewer.need("coordinator")
    found = member_list(site.deployment, site.now(), q=q[:80], page=page)
    return console_page(site, viewer, "console/members.html", here="members", found=found, q=q[:80])


@router.get("/members/{member_id}")
def person_page(member_id: str, viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """One person's trail; looking at it is an act that the person can read of."""
    viewer.need("coordinator")
    row = known_id(member_id)
    with site.deployment.database.reads() as session:
        shown = person(session, site.deployment, row, site.now())
    if shown is None:
        raise unknown()
    look(site, viewer, "person", row)
    return console_page(site, viewer, "console/person.html", here="members", person=shown)


@router.get("/groups")
def groups_page(viewer: ViewerDep, site: SiteDep, q: str = "", page: int = 1) -> HTMLResponse:
    """Who is whose buddy, and why; searched by a name or id in the group."""
    viewer.need("coordinator")
    with site.deployment.database.reads() as session:
        found = group_list(session, site.deployment, site.now(), q=q[:80], page=page)
    return console_page(site, viewer, "console/groups.html", here="groups", found=found, q=q[:80])


@router.get("/check-ins")
def check_ins_page(viewer: ViewerDep, site: SiteDep, q: str = "", page: int = 1) -> HTMLResponse:
    """Which groups connected, week by week."""
    viewer.need("coordinator")
    now = site.now()
    with site.deployment.database.reads() as session:
        found = group_list(session, site.deployment, now, q=q[:80], page=page)
    columns = weeks(site.deployment, now)
    return console_page(
        site, viewer, "console/check_ins.html", here="check-ins", found=found, q=q[:80], weeks=columns
    )


@router.get("/messages")
def messages_page(viewer: ViewerDep, site: SiteDep, state: str = "") -> HTMLResponse:
    """The outbox by state; no text, no address."""
    viewer.need("coordinator")
    with site.deployment.database.reads() as session:
        counts = counts_by_state(session)
    return console_page(
        site,
        viewer,
        "console/messages.html",
        here="messages",
        rows=messages_shown(site.deployment, site.now(), state=state),
        counts=counts,
        states=STATES,
        state=state if state in STATES else "",
    )


@router.post("/messages/{message_id}")
def requeue_message(message_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Sends a dead message once more, through every check; what is no longer due is refused."""
    viewer.need("coordinator")
    if form.get("act") != "requeue":
        raise unknown()
    try:
        requeue_dead(site.deployment, known_id(message_id), actor=viewer.actor, now=site.now())
    except NothingToRequeue as fault:
        raise meanwhile(f"{fault}.".capitalize()) from None
    return RedirectResponse("/console/messages?state=dead", 303)


@router.get("/audit")
def audit_page(viewer: ViewerDep, site: SiteDep, before: int | None = None) -> Response:
    """Who did what, newest first."""
    viewer.need("coordinator", "auditor")
    entries = audit_entries(site.deployment, before)
    return console_page(site, viewer, "console/audit.html", here="audit", entries=entries)


def known_id(text: str) -> UUID:
    """The id in a path. Raises Refused for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise unknown() from None


def look(site: Site, viewer: Viewer, what: str, member_id: UUID | None) -> None:
    """Writes a look at a person's data into the trail."""
    note_look(site.deployment, actor=viewer.actor, what=what, member_id=member_id, now=site.now())
