"""The member's own page: a link, a button, a cookie for an hour. Opening changes nothing; pressing does."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine import change_membership, link_holders
from engine.links import Purpose
from web.bodies import Form, PostedForm
from web.faults import stale_form, unknown
from web.member_session import MemberDep, form_scope, let_in
from web.site import Site, SiteDep
from web.views_member import my_page
from web.views_own_data import my_data

router = APIRouter(include_in_schema=False)
RUN_OUT = (
    "This link has run out or is not complete. Each of our messages carries a fresh one; to get one now, answer any "
    "of them with HELP."
)


@router.api_route("/m/{token:path}", methods=["GET", "HEAD"])
def link_page(token: str, site: SiteDep) -> HTMLResponse:
    """A button, whoever opens it and however often."""
    if link_holders.member_of_link(site.deployment, token, Purpose.MEMBER, site.now()) is None:
        return site.member_page("member/message.html", title="This link has run out", words=RUN_OUT)
    return site.member_page(
        "member/button.html",
        title="Your page",
        words="Your buddies, pauses, what we may send you, and everything that is held about you.",
        button="Open my page",
    )


@router.post("/m/{token:path}")
def open_page(token: str, form: PostedForm, site: SiteDep) -> Response:
    """Trades the link for a cookie."""
    member = link_holders.member_of_link(site.deployment, token, Purpose.MEMBER, site.now())
    return _let_in(site, member)


@router.post("/s/{token}/my-page")
def open_page_from_support(token: str, form: PostedForm, site: SiteDep) -> Response:
    """Trades a support link of the last days for the cookie, too."""
    member = link_holders.member_of_fresh_support_link(site.deployment, token, site.now())
    return _let_in(site, member)


def _let_in(site: Site, member: UUID | None) -> Response:
    if member is None:
        return site.member_page("member/message.html", title="This link has run out", words=RUN_OUT)
    return let_in(site, member)


def _token(request: Request, site: Site) -> str:
    return site.seals.form_token(form_scope(request))


@router.get("/my")
def own_page(request: Request, member: MemberDep, site: SiteDep, note: str = "") -> HTMLResponse:
    """Buddies and settings."""
    page = my_page(site.deployment, member, site.now())
    if page is None:
        raise unknown()
    return site.member_page("member/my.html", my=page, token=_token(request, site), note=note)


@router.get("/my/data")
def own_data(request: Request, member: MemberDep, site: SiteDep) -> HTMLResponse:
    """Everything held about the member, and who has looked."""
    data = my_data(site.deployment, member)
    if data is None:
        raise unknown()
    return site.member_page("member/my_data.html", data=data)


@router.post("/my")
def settle(request: Request, form: PostedForm, member: MemberDep, site: SiteDep) -> Response:
    """Does what the pressed button says."""
    if not site.seals.is_form_token(form_scope(request), form.get("token", "")):
        raise stale_form()
    if form.get("act") == "support":
        token = link_holders.support_link(site.deployment, member, site.now())
        return RedirectResponse(f"/s/{token}", 303)
    note = _do(site, member, form)
    site.wake_senders()
    return RedirectResponse(f"/my?note={note}", 303)


def _do(site: Site, member: UUID, form: Form) -> str:
    """The act, and the word for what is said of it."""
    deployment, now, act = site.deployment, site.now(), form.get("act", "")
    match act:
        case "pause":
            try:
                change_membership.pause_until(
                    deployment, member, date.fromisoformat(form.get("until", "")), now
                )
            except (ValueError, change_membership.NoSuchPause):
                return "no_day"
        case "resume":
            change_membership.resume(deployment, member, now)
        case "ask" | "remind":
            change_membership.choose_mode(deployment, member, act, now)
        case "keep_colours" | "drop_colours":
            change_membership.keep_colours(deployment, member, act == "keep_colours", now)
        case "stop":
            return (
                "stopped" if change_membership.stop_messages(deployment, member, "page", now) else "already"
            )
        case "start":
            medium = form.get("medium", "")
            return "saved" if change_membership.start_messages(deployment, member, medium, now) else "already"
        case _:
            raise unknown()
    return "saved"
