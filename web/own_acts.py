"""What each button of a member's own page does, and the word for what is said of it afterwards."""

from datetime import date, timedelta
from uuid import UUID

from engine import change_membership, change_settings, erase_member, keep_group, part_ways
from store.addresses import BadAddress
from web.application_form import settings_in
from web.bodies import Form
from web.faults import unknown
from web.site import Site


def act_for(site: Site, member: UUID, form: Form) -> str:
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
