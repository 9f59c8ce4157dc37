"""Rounds in the console: drafted, looked at, published, thrown away, taken back, mended. Coordinators only."""

import secrets
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.mend_round import mend_round
from engine.publish_round import discard_draft, publish_round, undo_round
from engine.question_round import why_not_these
from engine.review_round import RoundReview, review_round
from engine.rotate import Running, plan_round, store_round
from engine.stored_rounds import RotationRefused
from store.models import Cohort
from web.bodies import Form
from web.console_page import console_page
from web.console_routes import known_id
from web.console_session import ConsoleForm, Viewer, ViewerDep
from web.faults import Refused, meanwhile, unknown
from web.site import Site, SiteDep
from web.views_rounds import cohorts_with_rounds, groups_of_page, seats_by_name

router = APIRouter(prefix="/console/rounds", include_in_schema=False)


@router.get("")
def rounds_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """What runs in each cohort, what waits for review, and the way to plan the next round."""
    viewer.need("coordinator")
    with site.deployment.database.reads() as session:
        cohorts = cohorts_with_rounds(session, site.deployment, site.now())
    return console_page(site, viewer, "console/rounds.html", here="rounds", cohorts=cohorts)


@router.post("")
def begin_round(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Plans the next round as a draft, or mends the one that runs. Nobody is told of a draft."""
    viewer.need("coordinator")
    with site.deployment.database.reads() as session:
        cohort = session.get(Cohort, known_id(form.get("cohort", "")))
    if cohort is None:
        raise unknown()
    try:
        match form.get("act"):
            case "plan":
                drafted = _draft(site, viewer, cohort.name, early=form.get("early") == "yes")
                return RedirectResponse(f"/console/rounds/{drafted}", 303)
            case "mend":
                mend_round(site.deployment, cohort.name, now=site.now(), actor=viewer.actor)
            case _:
                raise unknown()
    except RotationRefused as fault:
        raise meanwhile(f"{_sentence(fault)}") from None
    site.wake_senders()
    return RedirectResponse("/console/rounds", 303)


@router.get("/{round_id}")
def round_page(
    round_id: str, viewer: ViewerDep, site: SiteDep, one: str = "", other: str = "", page: int = 1
) -> HTMLResponse:
    """One round: who changes, why, what it costs, who is told; and why two members are not together."""
    viewer.need("coordinator")
    review = _review(site, known_id(round_id))
    told = _why_not(site, review, one, other)
    return console_page(
        site,
        viewer,
        "console/round.html",
        here="rounds",
        review=review,
        shown=groups_of_page(review, page),
        seats=seats_by_name(review),
        one=one,
        other=other,
        told=told,
    )


@router.post("/{round_id}")
def settle_round(round_id: str, form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Publishes a draft, throws it away, or takes the running round back."""
    viewer.need("coordinator")
    review = _review(site, known_id(round_id))
    try:
        _settle(site, viewer, form, review)
    except RotationRefused as fault:
        raise meanwhile(_sentence(fault)) from None
    site.wake_senders()
    gone = form.get("act") == "discard"
    return RedirectResponse("/console/rounds" if gone else f"/console/rounds/{review.id}", 303)


def _draft(site: Site, viewer: Viewer, cohort: str, *, early: bool) -> UUID:
    deployment, now = site.deployment, site.now()
    planned = plan_round(deployment, cohort, now=now, seed=secrets.randbelow(2**31), early=early)
    if isinstance(planned, Running):
        raise Refused(
            409, "A round runs its full time", "Tick the box to plan the next one early. Nothing was changed."
        )
    if not planned.groups:
        raise Refused(409, "Nobody can be paired now", "The members page says who takes part.")
    return store_round(deployment, planned, now=now, publish=False, actor=viewer.actor)


def _settle(site: Site, viewer: Viewer, form: Form, review: RoundReview) -> None:
    deployment, now, act = site.deployment, site.now(), form.get("act")
    if act in ("publish", "undo") and form.get("sure") != "yes":
        raise Refused(400, "Please tick the box to confirm", "Nothing was changed.")
    match act:
        case "publish":
            publish_round(deployment, review.cohort, review.number, now=now, actor=viewer.actor)
        case "discard":
            discard_draft(deployment, review.cohort, review.number, now=now, actor=viewer.actor)
        case "undo":
            undo_round(deployment, review.cohort, review.number, now=now, actor=viewer.actor)
        case _:
            raise unknown()


def _review(site: Site, round_id: UUID) -> RoundReview:
    with site.deployment.database.reads() as session:
        found = review_round(session, site.deployment, round_id, site.now())
    if found is None:
        raise unknown()
    return found


def _why_not(site: Site, review: RoundReview, one: str, other: str) -> tuple[str, ...]:
    """The answer for two members by their row ids, which tell nobody anything in an address."""
    refs = {str(seat.id): seat.ref for group in review.groups for seat in group.seats}
    if one not in refs or other not in refs:
        return ()
    with site.deployment.database.reads() as session:
        return why_not_these(session, site.deployment, review.id, (refs[one], refs[other]), site.now())


def _sentence(fault: RotationRefused) -> str:
    text = str(fault)
    return f"{text[:1].upper()}{text[1:]}."
