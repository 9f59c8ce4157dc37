"""The program's page: roster, staff, wording, and the one switch that stops all nudges."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from engine.halt_nudges import halt_nudges, resume_nudges
from engine.revoke import revoke_everything
from escalation.roster import gaps, on_call
from store.models import ProgramState
from web.console_page import console_page
from web.console_session import ConsoleForm, ViewerDep
from web.faults import Refused, unknown
from web.site import SiteDep
from web.views_overview import LOOK_AHEAD
from web.views_program import wording_preview

router = APIRouter(prefix="/console/program", include_in_schema=False)


@router.get("")
def program_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """How the program is set up, as its file says, and whether it is halted."""
    viewer.need("coordinator", "director")
    program, now = site.deployment.program, site.now()
    with site.deployment.database.reads() as session:
        state = session.scalars(select(ProgramState)).first()
    return console_page(
        site,
        viewer,
        "console/program.html",
        here="program",
        halted_at=state.halted_at if state else None,
        halted_why=(state.halted_why or "") if state else "",
        on_call=on_call(program.roster, now),
        gaps=gaps(program.roster, now, LOOK_AHEAD),
        texts=wording_preview(program, site.settings.public_url),
    )


@router.post("")
def switch_program(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Halts or resumes all nudges, once the box is ticked; crisis answers and pages go on either way."""
    viewer.need("coordinator", "director")
    act = form.get("act")
    if act not in ("halt", "resume", "revoke"):
        raise unknown()
    if form.get("sure") != "yes":
        raise Refused(400, "Please tick the box to confirm", "Nothing was changed.")
    database, now = site.deployment.database, site.now()
    if act == "revoke":
        revoke_everything(database, actor=viewer.actor, now=now, wall=site.clock.wall())
        return RedirectResponse("/console/sign-in", 303)
    if act == "halt":
        halt_nudges(database, actor=viewer.actor, why="halted in the console", now=now)
    else:
        resume_nudges(database, actor=viewer.actor, now=now)
    site.wake_senders()
    return RedirectResponse("/console/program", 303)
