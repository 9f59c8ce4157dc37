"""The pool: load and readiness for coordinator and director, the own page of a supporter, nominations by anybody."""

from datetime import datetime, time, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine import care_for_supporters as care
from engine.pool_report import pool_report
from engine.recognize import want_recognition
from engine.stand_by import suggested_twins
from nudges.clock import instant
from store.models import Staff
from web.bodies import Form, PostedForm
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, unknown
from web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)
SEES_POOL = ("coordinator", "director", "deputy")
LONGEST_ABSENCE = timedelta(days=90)
MOST_OPEN = 200  # nominations that nobody has looked into; more is a machine


@router.get("/console/supporters")
def supporters_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """Who is there, how much they carry, and what the pool lacks; for a supporter, the own page."""
    viewer.need(*SEES_POOL, "supporter")
    deployment, now = site.deployment, site.now()
    sees_pool = viewer.has(*SEES_POOL)
    with deployment.database.reads() as session:
        own = care.own_care(session, deployment, viewer.id) if viewer.has("supporter") else None
        pool = care.workloads(session, deployment, now) if sees_pool else []
        gaps = pool_report(session, deployment, now) if sees_pool else []
        nominated = care.nominations(session, deployment) if viewer.has("coordinator", "deputy") else []
        twins = suggested_twins(session, deployment, now) if viewer.has("coordinator", "deputy") else {}
        away = session.get_one(Staff, viewer.id).away_until
    return console_page(
        site, viewer, "console/supporters.html", here="supporters", pool=pool, gaps=gaps, own=own,
        nominations=nominated, colours=care.COLOURS, sees_pool=sees_pool, twins=twins,
        away_until=away if away and away > now else None,
    )  # fmt: skip


@router.post("/console/supporters")
def act_on_own_care(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """What a supporter says of themselves."""
    viewer.need("supporter")
    deployment, now, act = site.deployment, site.now(), form.get("act", "")
    try:
        match act:
            case "colour":
                care.say_colour(deployment, viewer.id, form.get("colour", ""), now)
            case "take" | "take_none":
                care.take_cases(deployment, viewer.id, act == "take")
            case "rest":
                care.rest(deployment, viewer.id, now)
            case "hours":
                care.say_hours(deployment, viewer.id, float(form.get("hours", "")))
            case "recognition" | "no_recognition":
                want_recognition(deployment, viewer.id, act == "recognition", now)
            case "invitations" | "no_invitations":
                care.want_invitations(deployment, viewer.id, act == "invitations")
            case _:
                raise unknown()
    except ValueError:
        raise Refused(400, "That makes no sense here", "Go back and try again.") from None
    return RedirectResponse("/console/supporters", 303)


@router.post("/console/supporters/pool")
def act_on_pool(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """The coordinator gives a supporter one of their own, or has looked into a nomination."""
    viewer.need("coordinator", "deputy")
    match form.get("act"):
        case "own_supporter":
            _give_supporter(site, viewer, form)
        case "nomination":
            care.settle_nomination(site.deployment, known_id(form.get("nomination", "")))
        case _:
            raise unknown()
    return RedirectResponse("/console/supporters", 303)


def _give_supporter(site: Site, viewer: Viewer, form: Form) -> None:
    own = form.get("own", "")
    with site.deployment.database.reads() as session:
        by = session.get_one(Staff, viewer.id)
        pool = {one.id for one in care.workloads(session, site.deployment, site.now())}
    supporter, other = known_id(form.get("supporter", "")), known_id(own) if own else None
    if supporter not in pool or (other is not None and other not in pool):
        raise unknown()
    try:
        care.give_supporter(site.deployment, supporter, other, by=by, now=site.now())
    except ValueError:
        raise Refused(400, "Nobody is their own supporter") from None


@router.post("/console/away")
def set_away(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Anybody of the staff is away until a day, or back."""
    if form.get("act") == "back":
        care.set_away(site.deployment, viewer.id, None, site.now())
        return RedirectResponse("/console/supporters", 303)
    try:
        day = datetime.strptime(form.get("until", ""), "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise Refused(400, "Say until which day", "A day such as 2026-12-24.") from None
    until = instant(day + timedelta(days=1), time(0), site.deployment.program.zone)
    if not site.now() < until <= site.now() + LONGEST_ABSENCE:
        raise Refused(400, "That day is too far, or over")
    care.set_away(site.deployment, viewer.id, until, site.now())
    return RedirectResponse("/console/supporters", 303)


@router.api_route("/nominate/{program}", methods=["GET", "HEAD"])
def nominate_page(program: str, site: SiteDep) -> HTMLResponse:
    """A form: whom would you turn to?"""
    return site.member_page("member/nominate.html", done=False)


@router.post("/nominate/{program}")
def nominate(program: str, form: PostedForm, site: SiteDep) -> HTMLResponse:
    """Notes a name for the coordinator; who nominated is not kept."""
    name, reach = (" ".join(form.get(field, "").split())[:120] for field in ("name", "reach"))
    with site.deployment.database.reads() as session:
        many = len(care.nominations(session, site.deployment)) >= MOST_OPEN
    if name and not many:
        care.nominate(site.deployment, name, reach, site.now())
    return site.member_page("member/nominate.html", done=bool(name))
