"""The member's own page: a link, a button, a cookie for an hour. Opening changes nothing; pressing does."""

from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from engine import (
    change_membership,
    change_settings,
    choose_buddy,
    confirm_address,
    erase_member,
    keep_group,
    link_holders,
    part_ways,
)
from engine.links import Purpose
from nudges.languages import LANGUAGES, translator
from store.addresses import BadAddress
from web.application_form import settings_in
from web.bodies import Form, PostedForm
from web.faults import stale_form, unknown
from web.join_routes import ZONES
from web.member_session import COOKIE, MemberDep, form_scope, let_in
from web.poster_routes import qr_code
from web.second_way import AskedDep, ask_code
from web.site import Site, SiteDep
from web.views_held import all_held
from web.views_member import my_page
from web.views_own_data import my_data

router = APIRouter(include_in_schema=False)
INVITES = (
    "Would you be my buddy in {program}? We look out for each other, a minute and a half a week: {address}"
)
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
    return site.member_page(
        "member/my.html",
        language=page.language,
        languages=LANGUAGES,
        zones=ZONES,
        my=page,
        token=_token(request, site),
        note=note,
    )


@router.get("/my/data")
def own_data(request: Request, member: MemberDep, site: SiteDep) -> HTMLResponse:
    """Everything held about the member, and who has looked."""
    data = my_data(site.deployment, member)
    if data is None:
        raise unknown()
    language = data.language or site.deployment.program.language
    return site.member_page("member/my_data.html", language=language, data=data)


@router.get("/my/data.json")
def own_data_to_keep(request: Request, member: MemberDep, site: SiteDep) -> Response:
    """The same, all of it, to keep."""
    held = all_held(site.deployment, member)
    if held is None:
        raise unknown()
    headers = {"Content-Disposition": 'attachment; filename="held-about-me.json"'}
    return JSONResponse(held, headers=headers)


@router.get("/my/code")
def code_page(
    request: Request, member: MemberDep, site: SiteDep, asked: AskedDep, wrong: str = ""
) -> HTMLResponse:
    """Asks for the code that confirms a new number or address, and says what the code agrees to."""
    found = change_settings.asked_to_agree(site.deployment, asked, member) if asked else None
    return site.member_page(
        "member/my_code.html",
        language=found[1] if found else site.deployment.program.language,
        agreed=found[0] if found else None,
        token=_token(request, site),
        wrong=bool(wrong),
    )


@router.post("/my/code")
def take_address(
    request: Request, form: PostedForm, member: MemberDep, site: SiteDep, asked: AskedDep
) -> Response:
    """Takes the new number or address into use."""
    if not site.seals.is_form_token(form_scope(request), form.get("token", "")):
        raise stale_form()
    code = form.get("code", "")[:20]
    if asked is None or not confirm_address.try_code(site.deployment, asked, code, site.now()):
        return RedirectResponse("/my/code?wrong=1", 303)
    done = change_settings.use_address(site.deployment, asked, member, site.now())
    return RedirectResponse(f"/my?note={'saved' if done else 'no_address'}", 303)


@router.post("/my")
def settle(request: Request, form: PostedForm, member: MemberDep, site: SiteDep) -> Response:
    """Does what the pressed button says."""
    if not site.seals.is_form_token(form_scope(request), form.get("token", "")):
        raise stale_form()
    if form.get("act") == "support":
        token = link_holders.support_link(site.deployment, member, site.now())
        return RedirectResponse(f"/s/{token}", 303)
    if form.get("act") == "invite":
        return _invite(site, member, form)
    if form.get("act") == "address":
        return _send_code(site, member, form)
    if form.get("act") == "forget":
        return _forget(site, member, form)
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
        case "pause_week" | "pause_two_weeks":
            days = 7 if act == "pause_week" else 14
            change_membership.pause_for(deployment, member, timedelta(days=days), now)
        case "keep" | "new" | "add":
            keep_group.wish(deployment, member, keep_group.Choice(act), now)
            return act
        case "change":
            return "asked" if part_ways.ask_for_change(deployment, member, now) else "already"
        case "no_change":
            part_ways.take_back_change(deployment, member)
        case "never":
            return _never(site, member, form)
        case "settings":
            return _settings(site, member, form)
        case "leave_days":
            try:
                first, last = (_day(form.get(name, "")) for name in ("first", "last"))
                change_settings.take_leave(deployment, member, first, last, now)
            except (ValueError, change_settings.NoSuchSetting):
                return "no_day"
        case "leave":
            erase_member.leave(deployment, member, now)
            return "left"
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


def _never(site: Site, member: UUID, form: Form) -> str:
    """Named from the list of buddies, or by a number or address; the same is said in any case."""
    now, text = site.now(), form.get("who", "").strip()[:254]
    if form.get("buddy"):
        try:
            part_ways.never_with(site.deployment, member, UUID(form["buddy"]), now)
        except ValueError:
            raise unknown() from None
    elif text:
        try:
            part_ways.never_with_address(site.deployment, member, text, now)
        except BadAddress:
            return "no_address"
    else:
        return "no_address"
    return "never"


def _settings(site: Site, member: UUID, form: Form) -> str:
    try:
        change_settings.change_settings(site.deployment, member, settings_in(form), site.now())
    except change_settings.NoSuchSetting:
        return "no_setting"
    return "saved"


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _invite(site: Site, member: UUID, form: Form) -> Response:
    """A fresh link and its QR code; the token is in plain on this page only."""
    try:
        token = choose_buddy.invite_friend(
            site.deployment, member, site.now(), is_outside=form.get("outside") == "yes"
        )
    except choose_buddy.TooManyInvitations:
        return RedirectResponse("/my?note=enough", 303)
    page = my_page(site.deployment, member, site.now())
    language = page.language if page else ""
    address = f"{site.settings.public_url}/with/{token}"
    words = translator(language)(INVITES).format(program=site.deployment.program.name, address=address)
    return site.member_page(
        "member/my_invite.html", language=language, address=address, words=words, qr=qr_code(address)
    )


def _send_code(site: Site, member: UUID, form: Form) -> Response:
    """A new number or address is used once it is shown to be the member's."""
    response = RedirectResponse("/my/code", 303)
    if not ask_code(site, member, form.get("address", ""), response):
        return RedirectResponse("/my?note=no_address", 303)
    return response


def _forget(site: Site, member: UUID, form: Form) -> Response:
    """Erases the member, once the box is ticked; the browser forgets them, too."""
    if form.get("sure") != "yes":
        return RedirectResponse("/my?note=tick", 303)
    erase_member.erase_member(site.deployment, member, site.now(), actor="a member")
    response: Response = site.member_page("member/forgotten.html")
    response.delete_cookie(COOKIE, path="/my")
    return response
