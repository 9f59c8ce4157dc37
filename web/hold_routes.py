"""Legal holds by alias, breaking the glass with a reason, and the two questions after a case."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from engine.advance_cases import stranded
from engine.ask_whether_it_helped import ANSWERS, QUESTIONS, count_answers, may_answer
from engine.break_glass import NoReason, break_glass
from engine.hold_case import HoldRefused, ask_hold, confirm_hold, holds, lift_hold
from escalation.retention import shown
from store.models import CaseCount, Staff, SupportRequest
from web.bodies import PostedForm
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, meanwhile, unknown
from web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)
LATE = timedelta(minutes=15)  # what the engine may be behind before a case counts as lost
OVERSEES = ("coordinator", "director", "deputy", "clinical_backup", "auditor")


@router.get("/console/holds")
def holds_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """Holds and what is left of cases, by alias and in counts: whose case it was stands nowhere here."""
    viewer.need(*OVERSEES)
    with site.deployment.database.reads() as session:
        rows = holds(session, site.deployment)
        cells = {(row.period, row.kind, row.outcome): row.count for row in session.scalars(select(CaseCount))}
        lost = stranded(session, site.now(), LATE)
    return console_page(
        site, viewer, "console/holds.html", here="holds", rows=rows, cells=sorted(shown(cells).items()),
        lost=lost,
    )  # fmt: skip


@router.post("/console/holds/{request_id}")
def act_on_hold(request_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Asks for, confirms or lifts a hold; two persons for the first two."""
    viewer.need("coordinator", "director", "deputy")
    act = {"ask": ask_hold, "confirm": confirm_hold, "lift": lift_hold}.get(form.get("act", ""))
    if act is None:
        raise unknown()
    try:
        act(site.deployment, known_id(request_id), _staff(site, viewer), site.now())
    except HoldRefused as fault:
        raise meanwhile(f"{fault}.".capitalize()) from None
    except LookupError:
        raise unknown() from None
    site.wake_senders()
    return RedirectResponse("/console/holds", 303)


@router.post("/console/glass")
def break_the_glass(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """By the alias of a case, for a reason that is written down and told."""
    viewer.need("director", "deputy", "clinical_backup")
    with site.deployment.database.reads() as session:
        found = session.scalars(
            select(SupportRequest.id).where(SupportRequest.alias == form.get("alias", "").strip())
        ).one_or_none()
    if found is None:
        raise unknown()
    try:
        break_glass(
            site.deployment, found, _staff(site, viewer), form.get("reason", ""), site.now(),
            harm=form.get("harm") == "yes",
        )  # fmt: skip
    except NoReason as fault:
        raise Refused(400, "Say why", f"Give {fault}. It names nobody.") from None
    site.wake_senders()
    return RedirectResponse(f"/console/requests/{found}", 303)


@router.api_route("/helped/{token}", methods=["GET", "HEAD"])
def helped_page(token: str, site: SiteDep) -> HTMLResponse:
    """Two questions. Nothing tells whose link it is."""
    usable = may_answer(site.deployment, token, site.now())
    return site.member_page(
        "member/helped.html", questions=QUESTIONS, answers=ANSWERS, state="ask" if usable else "over"
    )


@router.post("/helped/{token}")
def answer_helped(token: str, form: PostedForm, site: SiteDep) -> HTMLResponse:
    """Counts the answers, once."""
    counted = count_answers(site.deployment, token, dict(form), site.now())
    return site.member_page(
        "member/helped.html", questions=QUESTIONS, answers=ANSWERS, state="thanks" if counted else "over"
    )


def _staff(site: Site, viewer: Viewer) -> Staff:
    with site.deployment.database.reads() as session:
        return session.get_one(Staff, viewer.id)
