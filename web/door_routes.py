"""How a member comes to their own page: a link, a button, a cookie for an hour. Opening it changes nothing."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from engine import link_holders
from engine.links import Purpose
from web.bodies import PostedForm
from web.member_session import let_in
from web.site import Site, SiteDep

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
