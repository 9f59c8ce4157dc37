"""Meetings of the supporters with agenda and role plays, their calendar entry, senior twins, and the letter."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from channels.invitation import invitation
from engine import supporter_meetings as meet
from engine.recognize import letter_of
from engine.stand_by import give_twin
from escalation.care import AGENDA, ROLE_PLAYS
from nudges.clock import instant, zone_of
from store.models import Staff
from store.sealing import token_hash
from web.bodies import Form
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, unknown
from web.site import Site, SiteDep

router = APIRouter(prefix="/console", include_in_schema=False)
SEES_MEETINGS = ("coordinator", "director", "deputy", "supporter")
RUNS_MEETINGS = ("coordinator", "deputy")


@router.get("/meetings")
def meetings_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """When the supporters meet, what about, and scenes to practice."""
    viewer.need(*SEES_MEETINGS)
    with site.deployment.database.reads() as session:
        rows = meet.meetings(session, site.deployment, session.get_one(Staff, viewer.id), site.now())
    return console_page(
        site, viewer, "console/meetings.html", here="supporters", rows=rows, agenda=AGENDA,
        role_plays=ROLE_PLAYS, runs_it=viewer.has(*RUNS_MEETINGS),
    )  # fmt: skip


@router.post("/meetings")
def act_on_meetings(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """A supporter answers; whoever runs it plans, calls off, or notes who was there."""
    viewer.need(*RUNS_MEETINGS, "supporter")
    act = form.get("act", "")
    if act in meet.ANSWERS:
        viewer.need("supporter")
    elif act in ("plan", "call_off", "note"):
        viewer.need(*RUNS_MEETINGS)
    else:
        raise unknown()
    try:
        _act(site, viewer, act, form)
    except meet.NoSuchMeeting as fault:
        raise Refused(400, "That cannot be", f"{fault}.".capitalize()) from None
    site.wake_senders()
    return RedirectResponse("/console/meetings", 303)


def _act(site: Site, viewer: Viewer, act: str, form: Form) -> None:
    deployment, now = site.deployment, site.now()
    by = _staff(site, viewer)
    if act == "plan":
        minutes = int(form.get("minutes", "")) if form.get("minutes", "").isdecimal() else 0
        meet.plan_meeting(deployment, _instant(site, form), minutes, form.get("place", ""), by=by, now=now)
        return
    meeting = known_id(form.get("meeting", ""))
    match act:
        case "coming" | "not_coming":
            meet.answer_meeting(deployment, meeting, viewer.id, act, now)
        case "call_off":
            meet.call_off(deployment, meeting, by=by, now=now)
        case "note":
            present = [known_id(name.removeprefix("was:")) for name in form if name.startswith("was:")]
            meet.note_attendance(deployment, meeting, present, by=by, now=now)


@router.get("/meetings/{meeting_id}/entry.ics")
def meeting_entry(meeting_id: str, viewer: ViewerDep, site: SiteDep) -> Response:
    """A meeting as a private calendar entry with a neutral title."""
    viewer.need(*SEES_MEETINGS)
    wanted = known_id(meeting_id)
    with site.deployment.database.reads() as session:
        rows = meet.meetings(session, site.deployment, session.get_one(Staff, viewer.id), site.now())
    row = next((one for one in rows if one.id == wanted), None)
    if row is None:
        raise unknown()
    entry = invitation(
        token_hash(str(row.id))[:24], row.at, site.now(), length=timedelta(minutes=row.minutes)
    )
    headers = {"Content-Disposition": 'attachment; filename="hold.ics"'}
    return Response(entry, media_type="text/calendar", headers=headers)


@router.post("/supporters/twin")
def set_twin(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """The coordinator gives an early supporter somebody senior, or nobody."""
    viewer.need(*RUNS_MEETINGS)
    twin = known_id(form["twin"]) if form.get("twin") else None
    try:
        give_twin(
            site.deployment,
            known_id(form.get("supporter", "")),
            twin,
            by=_staff(site, viewer),
            now=site.now(),
        )
    except ValueError:
        raise Refused(400, "That supporter cannot stand by this one") from None
    except LookupError:
        raise unknown() from None
    return RedirectResponse("/console/supporters", 303)


@router.get("/supporters/{supporter_id}/letter")
def letter(supporter_id: str, viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """A letter to print, of the supporter's time and never of a case: their own, or with their consent."""
    viewer.need(*SEES_MEETINGS)
    wanted = known_id(supporter_id)
    if not viewer.has("coordinator", "director", "deputy") and wanted != viewer.id:
        raise unknown()
    with site.deployment.database.reads() as session:
        found = letter_of(session, site.deployment, wanted, viewer.id)
    if found is None:
        raise unknown()
    today = site.now().astimezone(zone_of(site.deployment.program.zone)).date()
    return console_page(site, viewer, "console/letter.html", here="supporters", letter=found, today=today)


def _instant(site: Site, form: Form) -> datetime:
    try:
        local = datetime.strptime(f"{form.get('day', '')} {form.get('time', '')}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    except ValueError:
        raise Refused(400, "Say when", "A day and a time such as 17:30.") from None
    return instant(local.date(), local.time(), site.deployment.program.zone)


def _staff(site: Site, viewer: Viewer) -> Staff:
    with site.deployment.database.reads() as session:
        return session.get_one(Staff, viewer.id)
