"""Pages for anybody: the front, how to ask for support, and one-click unsubscribing."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.change_membership import unsubscribe as stop_by_link
from engine.link_holders import member_of_link
from engine.links import Purpose
from web.site import SiteDep

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
def front(site: SiteDep) -> Response:
    """The demo opens its console; a real program has a calm page."""
    if site.settings.demo:
        return RedirectResponse("/console", 303)
    return site.member_page("member/front.html", slug=site.deployment.program.slug)


@router.api_route("/unsubscribe/{token}", methods=["GET", "HEAD"])
def unsubscribe_page(token: str, site: SiteDep) -> HTMLResponse:
    """A button only: mail scanners open this address."""
    if member_of_link(site.deployment, token, Purpose.UNSUBSCRIBE, site.now()) is None:
        return _no_unsubscribe(site)
    return site.member_page(
        "member/button.html",
        title="Stop all messages",
        words="One press, and no mail or text of this program reaches you any more.",
        button="Stop all messages",
    )


@router.post("/unsubscribe/{token}")
def unsubscribe(token: str, site: SiteDep) -> HTMLResponse:
    """Acts for mail programs too (RFC 8058): no cookie, no form token, no matter which site posts."""
    done = stop_by_link(site.deployment, token, site.now())
    if done is None:
        return _no_unsubscribe(site)
    site.wake_senders()
    words = "No mail or text of this program reaches you any more. Answer START to any old one to undo it."
    title = "You are unsubscribed" if done else "Already recorded"
    return site.member_page("member/message.html", title=title, words=words)


def _no_unsubscribe(site: SiteDep) -> HTMLResponse:
    words = "Nothing was changed. Answer any of our messages with STOP, and they end."
    return site.member_page("member/message.html", title="This link has run out", words=words)
