"""Support requests: read by those whose case it is, moved on by their posts, one tap a mark."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from channels.invitation import invitation
from engine.care_for_supporters import own_care
from engine.note_look import note_case_look
from engine.offer_choice import NotOffered, offer_choice
from engine.work_request import NoFollowUpDue, NotSuitable, follow_up, work_request
from escalation.acts import Actor, NotTheirs
from escalation.requests import RequestEvent
from escalation.transitions import NotAllowed
from store.models import Staff
from store.sealing import token_hash
from web.bodies import Form
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, meanwhile, unknown
from web.live import live, refreshed
from web.site import Site, SiteDep
from web.views_request import RequestPage, request_page
from web.views_requests import queue

router = APIRouter(prefix="/console", include_in_schema=False)
WORKERS = ("coordinator", "director", "deputy", "alternate", "supporter", "clinical_backup")


@router.get("/requests")
def requests_page(request: Request, viewer: ViewerDep, site: SiteDep) -> Response:
    """The queue, the most urgent first; htmx fetches only the list."""
    viewer.need(*WORKERS)
    with site.deployment.database.reads() as session:
        view = queue(session, site.deployment, viewer, site.now())
    part = live(site.render("console/requests_rows.html", queue=view))
    return refreshed(request, part) or console_page(
        site, viewer, "console/requests.html", here="requests", part=part
    )


@router.get("/requests/{request_id}")
def request_case(request_id: str, viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """One case, with what may be done next. That it was looked at is written down."""
    viewer.need(*WORKERS)
    case = _case(site, viewer, known_id(request_id))
    note_case_look(site.deployment, actor=viewer.actor, alias=case.alias, now=site.now())
    return console_page(site, viewer, "console/request.html", here="requests", case=case)


@router.get("/requests/{request_id}/follow-up.ics")
def follow_up_entry(request_id: str, viewer: ViewerDep, site: SiteDep) -> Response:
    """The next follow-up as a private calendar entry: only for a supporter who asked for such entries."""
    viewer.need("supporter")
    case = _case(site, viewer, known_id(request_id))
    with site.deployment.database.reads() as session:
        own = own_care(session, site.deployment, viewer.id)
    if not case.is_own or own is None or not own.wants_invitations or case.next_at is None:
        raise unknown()
    entry = invitation(token_hash(case.alias)[:24], case.next_at, site.now())
    headers = {"Content-Disposition": 'attachment; filename="hold.ics"'}
    return Response(entry, media_type="text/calendar", headers=headers)


@router.post("/requests/{request_id}")
def work_on_request(request_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Moves the case on. What does not follow from where it stands is refused and changes nothing."""
    viewer.need(*WORKERS)
    row = known_id(request_id)
    case = _case(site, viewer, row)
    with site.deployment.database.reads() as session:
        staff = session.get_one(Staff, viewer.id)
    try:
        event = _act(site, case, row, form, staff)
    except NotSuitable:
        raise Refused(403, "That supporter cannot have this case", "Choose one from the list.") from None
    except (NotAllowed, NotTheirs, NoFollowUpDue, NotOffered) as fault:
        raise meanwhile(f"{fault}. Somebody may have been quicker; reload the queue.") from None
    site.wake_senders()
    left = event in (RequestEvent.CLOSE, RequestEvent.DECLINE) or (
        event is RequestEvent.PASS_BACK and not viewer.has("coordinator")
    )
    return RedirectResponse("/console/requests" if left else f"/console/requests/{row}", 303)


def _act(site: Site, case: RequestPage, row: UUID, form: Form, staff: Staff) -> RequestEvent | None:
    """Does what the pressed button says; the event, where it was one."""
    deployment, now, act = site.deployment, site.now(), form.get("act", "")
    if act == "follow_up":
        follow_up(deployment, row, staff=staff, now=now)
        return None
    if act == "offer":
        if case.is_own:
            raise unknown()
        offer_choice(deployment, row, staff=staff, now=now)
        return None
    event = _event(act, case)
    supporter = known_id(form.get("supporter", "")) if event is RequestEvent.MATCH else None
    actors = [Actor.SUPPORTER] if case.is_own else [Actor.COORDINATOR]
    actors += [Actor.COORDINATOR] if case.has_queue else []
    work_request(deployment, row, event, staff=staff, now=now, supporter_id=supporter, actors=actors)
    return event


def _event(act: str, case: RequestPage) -> RequestEvent:
    try:
        event = RequestEvent(act)
    except ValueError:
        raise unknown() from None
    if event not in case.events:
        raise meanwhile("This step does not follow from where the request stands. Reload the page.")
    return event


def _case(site: Site, viewer: Viewer, request_id: UUID) -> RequestPage:
    with site.deployment.database.reads() as session:
        case = request_page(session, site.deployment, viewer, request_id, site.now())
    if case is None:
        raise unknown()
    return case
