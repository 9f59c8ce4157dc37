"""Whom a human is to reach; a unit that rests; and a member who died. Nothing here sends cheer to anybody."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import unit_words
from engine.handlers import coordinators_for, may_handle
from engine.mourn_member import mourn_member
from engine.pause_unit import NoSuchUnit, pause_unit, resume_unit, units
from engine.reach_out import outreach_done
from store.members import name_of
from store.models import Member, Outreach, Staff
from web.bodies import Form
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, meanwhile, unknown
from web.site import Site, SiteDep

router = APIRouter(prefix="/console", include_in_schema=False)
LATEST_DONE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReach:
    """One person on the list."""

    id: UUID
    member_id: UUID
    name: str
    why: str
    since: datetime
    done_at: datetime | None


@router.get("/outreach")
def outreach_page(viewer: ViewerDep, site: SiteDep, note: str = "") -> HTMLResponse:
    """The list as far as it is this viewer's, how many more there are, and what rests."""
    viewer.need("coordinator", "director", "deputy")
    with site.deployment.database.reads() as session:
        rows = session.scalars(
            select(Outreach).order_by(Outreach.done_at.is_not(None), Outreach.opened_at).limit(200)
        ).all()
        shown = [one for row in rows if (one := _shown(site, viewer, row)) is not None]
        paused = sorted(
            {one for row in rows if row.reason == "unit" and row.done_at is None for one in [row.note]}
        )
        known = units(session, site.deployment)
        unread = unit_words.waiting(session, site.deployment, viewer.id, site.now())
    return console_page(
        site,
        viewer,
        "console/outreach.html",
        here="outreach",
        open_rows=[one for one in shown if one.done_at is None],
        elsewhere=sum(row.done_at is None for row in rows) - sum(one.done_at is None for one in shown),
        done_rows=[one for one in shown if one.done_at is not None][:LATEST_DONE],
        units=known,
        paused=paused,
        messages=site.deployment.program.unit_messages,
        unread=unread,
        longest=unit_words.LONGEST,
        note=note,
        today=site.now().date(),
    )


@router.post("/outreach")
def act(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Notes that somebody was reached; rests a unit, or lets it go on."""
    viewer.need("coordinator", "director", "deputy")
    deployment, now = site.deployment, site.now()
    match form.get("act"):
        case "done":
            _note_done(site, viewer, known_id(form.get("row", "")))
        case "pause":
            _pause(site, viewer, form)
        case "send" | "no_send":
            row, send = known_id(form.get("row", "")), form.get("act") == "send"
            if unit_words.decide(deployment, row, viewer.id, now, send=send) is None:
                raise meanwhile(
                    "That was decided already, has run out, or is yours: another person reads it."
                )
        case "resume":
            resume_unit(deployment, form.get("unit", ""), now, actor=viewer.actor)
        case _:
            raise unknown()
    site.wake_senders()
    return RedirectResponse("/console/outreach", 303)


def _pause(site: Site, viewer: Viewer, form: Form) -> None:
    """Rests a unit at once; words of one's own wait for a second person."""
    if form.get("sure") != "yes":
        raise Refused(400, "Please tick the box to confirm", "Nothing was changed.")
    unit, own, now = form.get("unit", ""), form.get("own", "").strip(), site.now()
    try:
        until = date.fromisoformat(form.get("until", ""))
        if own:
            unit_words.fit_to_send(own)
        words = "" if own else form.get("words", "")
        pause_unit(site.deployment, unit, until, words, now, actor=viewer.actor)
        if own:
            unit_words.ask_to_tell(site.deployment, unit, own, viewer.id, now)
    except (ValueError, NoSuchUnit) as fault:
        raise Refused(400, "That cannot be paused", str(fault)) from None


@router.post("/members/{member_id}/died")
def died(member_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Gone at once and in silence; the page that follows says whom to reach."""
    viewer.need("coordinator")
    if form.get("sure") != "yes":
        raise Refused(400, "Please tick the box to confirm", "Nothing was changed.")
    mourn_member(site.deployment, known_id(member_id), site.now(), actor=viewer.actor)
    site.wake_senders()
    return RedirectResponse("/console/outreach?note=died", 303)


def _note_done(site: Site, viewer: Viewer, row_id: UUID) -> None:
    with site.deployment.database.reads() as session:
        row, staff = session.get(Outreach, row_id), session.get_one(Staff, viewer.id)
        if row is None or not _is_theirs(session, site, viewer, session.get_one(Member, row.member_id)):
            raise unknown()
    outreach_done(site.deployment, row_id, staff=staff, now=site.now())


def _is_theirs(session: Session, site: Site, viewer: Viewer, member: Member) -> bool:
    """Whether to look after that member is this viewer's part: a coordinator's, and of others only of those who stand
    in because no coordinator may. A director reads how many there are, and no name."""
    staff = session.get_one(Staff, viewer.id)
    if viewer.has("coordinator"):
        return may_handle(session, site.deployment.vault, staff, member)
    return any(one.id == staff.id for one in coordinators_for(session, site.deployment, member))


def _shown(site: Site, viewer: Viewer, row: Outreach) -> ToReach | None:
    """The row, for whoever may look after that member."""
    with site.deployment.database.reads() as session:
        member = session.get_one(Member, row.member_id)
        if member.is_mourned or not _is_theirs(session, site, viewer, member):
            return None
        return ToReach(
            id=row.id,
            member_id=member.id,
            name=name_of(site.deployment.vault, member),
            why="a buddy has died" if row.reason == "loss" else f"something hard on the unit {row.note}",
            since=row.opened_at,
            done_at=row.done_at,
        )
