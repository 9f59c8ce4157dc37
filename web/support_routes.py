"""The support page: crisis lines first, whatever the token; a GET changes nothing, a POST acts once."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from engine.ask_for_support import ask_for_support
from engine.fear_danger import fear_danger
from engine.link_holders import Done
from engine.offer_choice import choose
from engine.record_connection import record_connection
from web.bodies import Form, PostedForm
from web.site import Site, SiteDep
from web.views_support import support_view

router = APIRouter(include_in_schema=False)

LONGEST_WISH = 300  # characters of one wish; the page is no diary
WISHES = ("how", "when", "avoid", "unit")


@router.api_route("/s", methods=["GET", "HEAD"])
@router.api_route("/s/{token:path}", methods=["GET", "HEAD"])
def support_page(site: SiteDep, token: str = "") -> HTMLResponse:
    """The page, whoever asks and however often."""
    return _page(site, token)


@router.post("/s/{token:path}")
def act_on_support_page(token: str, form: PostedForm, site: SiteDep) -> HTMLResponse:
    """Does what the pressed button says, and says what was done or that it was recorded already."""
    act = form.get("act", "")
    return _page(site, token, act, _do(site, token, act, form))


def _do(site: Site, token: str, act: str, form: Form) -> Done:
    deployment, now = site.deployment, site.now()
    match act:
        case "connected" | "not_yet":
            return record_connection(deployment, token, act == "connected", now)
        case "support" | "concern":
            wishes = {name: form.get(name, "").strip()[:LONGEST_WISH] for name in WISHES}
            done = ask_for_support(deployment, token, "self" if act == "support" else "concern", wishes, now)
        case "choose" | "not_now":
            done = choose(deployment, token, form.get("supporter", "") if act == "choose" else "not_now", now)
        case "danger":
            done = fear_danger(deployment, token, now)
        case _:
            return Done.NOTHING
    site.wake_senders()
    return done


def _page(site: Site, token: str, act: str = "", done: Done | None = None) -> HTMLResponse:
    view = support_view(site.deployment, token, site.now())
    nudge = ""
    if view is not None and (view.prompt or view.buddies):
        nudge = Markup(site.render("member/nudge.html", language=view.language, view=view))  # noqa: S704  escaped there
    return site.member_page("member/support.html", view=view, act=act, done=done, token=token, nudge=nudge)
