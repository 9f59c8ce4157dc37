"""Support requests: read by those whose case it is, moved on by their posts."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.request_support import work_request
from escalation.requests import RequestEvent
from escalation.transitions import NotAllowed
from store.models import Staff
from web.bodies import Form
from web.console_page import console_page
from web.console_routes import known_id, look
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, meanwhile, unknown
from web.live import live, refreshed
from web.site import Site, SiteDep
from web.views_requests import RequestPage, may_take, queue, request_page

router = APIRouter(prefix="/console", include_in_schema=False)


@router.get("/requests")
def requests_page(request: Request, viewer: ViewerDep, site: SiteDep) -> Response:
    """The queue, the most urgent first; htmx fetches only the list."""
    viewer.need("coordinator", "director", "deputy", "supporter")
    with site.deployment.database.reads() as session:
        view = queue(session, site.deployment, viewer, site.now())
    part = live(site.render("console/requests_rows.html", queue=view))
    return refreshed(request, part) or console_page(
        site, viewer, "console/requests.html", here="requests", part=part
    )


@router.get("/requests/{request_id}")
def request_case(request_id: str, viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """One case, with what may be done next."""
    viewer.need("coordinator", "director", "deputy", "supporter")
    case = _request(site, viewer, known_id(request_id))
    look(site, viewer, "request", case.row.member_id)
    return console_page(site, viewer, "console/request.html", here="requests", case=case)


@router.post("/requests/{request_id}")
def work_on_request(request_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Moves the case on. What does not follow from where it stands is refused and changes nothing."""
    viewer.need("coordinator", "director", "deputy", "supporter")
    row = known_id(request_id)
    case = _request(site, viewer, row)
    event = _event(form, case)
    supporter = known_id(form.get("supporter", "")) if event is RequestEvent.MATCH else None
    with site.deployment.database.reads() as session:
        staff = session.get_one(Staff, viewer.id)
        if supporter is not None and not may_take(session, site.deployment, row, supporter):
            raise Refused(403, "That supporter cannot have this case", "Choose one from the list.")
    try:
        work_request(site.deployment, row, event, staff=staff, now=site.now(), supporter_id=supporter)
    except NotAllowed as fault:
        raise meanwhile(f"{fault}. Somebody may have been quicker; reload the queue.") from None
    site.wake_senders()
    done = event in (RequestEvent.CLOSE, RequestEvent.DECLINE) or (
        event is RequestEvent.PASS_BACK and not viewer.has("coordinator")
    )
    return RedirectResponse("/console/requests" if done else f"/console/requests/{row}", 303)


def _event(form: Form, case: RequestPage) -> RequestEvent:
    try:
        event = RequestEvent(form.get("act", ""))
    except ValueError:
        raise unknown() from None
    if event not in case.events:
        raise meanwhile("This step does not follow from where the request stands. Reload the page.")
    return event


def _request(site: Site, viewer: Viewer, request_id: UUID) -> RequestPage:
    with site.deployment.database.reads() as session:
        case = request_page(session, site.deployment, viewer, request_id, site.now())
    if case is None:
        raise unknown()
    return case
