"""Support requests and incidents: read by those whose case it is, moved on by their posts."""

from datetime import time, timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.page_responders import acknowledge, close_incident
from engine.request_support import work_request
from escalation.incidents import IncidentOutcome
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
from web.views_incidents import IncidentPage, incident_page, incidents, next_at
from web.views_requests import RequestPage, may_take, queue, request_page

router = APIRouter(prefix="/console", include_in_schema=False)
RIGHT_AWAY = timedelta(minutes=5)  # what "calling now" means for the clock that reminds the responder


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


@router.get("/incidents")
def incidents_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """Open incidents first, without what was written."""
    viewer.need("responder")
    with site.deployment.database.reads() as session:
        rows = incidents(session, site.deployment, viewer)
    return console_page(site, viewer, "console/incidents.html", here="incidents", rows=rows)


@router.get("/incidents/{incident_id}")
def incident_case(incident_id: str, viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """One incident with its text, for a responder who is not of the same unit."""
    viewer.need("responder")
    case = _incident(site, viewer, known_id(incident_id))
    look(site, viewer, "incident", case.row.member_id)
    outcomes = list(IncidentOutcome)
    return console_page(site, viewer, "console/incident.html", here="incidents", case=case, outcomes=outcomes)


@router.post("/incidents/{incident_id}")
def work_on_incident(incident_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Acknowledges ("calling now", or by a time) or closes it with an outcome."""
    viewer.need("responder")
    row = known_id(incident_id)
    _incident(site, viewer, row)
    try:
        _act_on_incident(site, viewer, row, form)
    except NotAllowed as fault:
        raise meanwhile(f"{fault}. Somebody may have been quicker; reload the page.") from None
    site.wake_senders()
    return RedirectResponse(f"/console/incidents/{row}", 303)


def _act_on_incident(site: Site, viewer: Viewer, incident_id: UUID, form: Form) -> None:
    deployment, now = site.deployment, site.now()
    with deployment.database.reads() as session:
        staff = session.get_one(Staff, viewer.id)
    match form.get("act"):
        case "calling_now":
            acknowledge(deployment, incident_id, staff, call_by=now + RIGHT_AWAY, calling_now=True, now=now)
        case "call_by":
            at = next_at(_wall_time(form.get("by", "")), now, deployment.program.zone)
            acknowledge(deployment, incident_id, staff, call_by=at, calling_now=False, now=now)
        case "close":
            try:
                outcome = IncidentOutcome(form.get("outcome", ""))
            except ValueError:
                raise Refused(400, "Say how it ended") from None
            close_incident(deployment, incident_id, staff, outcome, now)
        case _:
            raise unknown()


def _wall_time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refused(400, "Say by when you will call", "A time such as 14:30.") from None


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


def _incident(site: Site, viewer: Viewer, incident_id: UUID) -> IncidentPage:
    with site.deployment.database.reads() as session:
        case = incident_page(session, site.deployment, viewer, incident_id)
    if case is None:
        raise unknown()
    return case
