"""Crisis incidents: read by those whose case it may be, moved on by their posts."""

from datetime import time, timedelta
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.handle_incident import acknowledge, close_incident, note_try
from engine.look_after import record_aftercare
from engine.responders import NotYours
from escalation.incidents import AlreadyTaken, IncidentOutcome
from escalation.transitions import NotAllowed
from store.models import Staff
from web.bodies import Form
from web.console_page import console_page
from web.console_routes import known_id, look
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, meanwhile, unknown
from web.site import Site, SiteDep
from web.templating import day_and_time
from web.views_incidents import IncidentPage, incident_page, incidents, next_at

router = APIRouter(prefix="/console", include_in_schema=False)
RIGHT_AWAY = timedelta(minutes=5)  # what "calling now" means for the clock that reminds the responder


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
    if not case.row.drill:
        look(site, viewer, "incident", case.row.member_id)
    outcomes = list(IncidentOutcome)
    return console_page(site, viewer, "console/incident.html", here="incidents", case=case, outcomes=outcomes)


@router.post("/incidents/{incident_id}")
def work_on_incident(incident_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Acknowledges ("calling now", or by a time), notes a call in vain, closes, or notes a later look."""
    viewer.need("responder")
    row = known_id(incident_id)
    try:
        _act(site, viewer, row, form)
    except (NotYours, LookupError):
        raise unknown() from None
    except AlreadyTaken as fault:
        when = (
            f" and calls by {day_and_time(fault.call_by, site.deployment.program.zone)}"
            if fault.call_by
            else ""
        )
        raise meanwhile(
            f"{fault.responder} was quicker{when}. Thank you for answering; it is in good hands."
        ) from None
    except NotAllowed as fault:
        raise meanwhile(f"{fault}. Somebody may have been quicker; reload the page.") from None
    site.wake_senders()
    return RedirectResponse(f"/console/incidents/{row}", 303)


def _act(site: Site, viewer: Viewer, incident_id: UUID, form: Form) -> None:
    deployment, now = site.deployment, site.now()
    with deployment.database.reads() as session:
        staff = session.get_one(Staff, viewer.id)
    match form.get("act"):
        case "calling_now":
            acknowledge(deployment, incident_id, staff, call_by=now + RIGHT_AWAY, calling_now=True, now=now)
        case "call_by":
            at = next_at(_wall_time(form.get("by", "")), now, deployment.program.zone)
            acknowledge(deployment, incident_id, staff, call_by=at, calling_now=False, now=now)
        case "tried":
            note_try(deployment, incident_id, staff, now)
        case "close":
            close_incident(deployment, incident_id, staff, _outcome(form), now)
        case "looked":
            record_aftercare(deployment, known_id(form.get("look", "")), staff, now)
        case _:
            raise unknown()


def _outcome(form: Form) -> IncidentOutcome:
    try:
        return IncidentOutcome(form.get("outcome", ""))
    except ValueError:
        raise Refused(400, "Say how it ended") from None


def _wall_time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refused(400, "Say by when you will call", "A time such as 14:30.") from None


def _incident(site: Site, viewer: Viewer, incident_id: UUID) -> IncidentPage:
    with site.deployment.database.reads() as session:
        case = incident_page(session, site.deployment, viewer, incident_id, site.now())
    if case is None:
        raise unknown()
    return case
