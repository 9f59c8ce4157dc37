"""The words for a hold and for how a member stands, the same whatever the reason.

Source: the table of who sees what.
"""

from collections.abc import Mapping
from datetime import datetime

from nudges.clock import zone_of
from nudges.holds import Reason, Viewer, shown_reason
from nudges.kinds import Lane
from store.models import Member

_WORDS: Mapping[str, str] = {
    "left": "no longer in the program",
    "stopped": "asked us to stop",
    "no_consent": "no consent on record",
    "no_channel": "no usable number or address",
    "group_dissolved": "the group has changed",
    "answered": "answered already",
    "halted": "the program is halted",
    "stale": "too late in the day, so dropped",
    "not_yet_active": "not started yet",
    "unit_paused": "the unit is paused",
    "resting": "resting",
    "quiet_hours": "quiet hours; goes in the morning",
    "holiday": "holiday",
}


def hold_in_words(reason: str | None, lane: int) -> str:
    """Why a message was held, dropped or refused, as a coordinator may read it of a named person."""
    if reason is None:
        return ""
    try:
        shown = shown_reason(Reason(reason), Viewer.COORDINATOR)
    except ValueError:
        return f"refused by the provider ({reason})" if lane == Lane.NUDGE else f"provider code {reason}"
    return _WORDS.get(shown or "", (shown or "").replace("_", " "))


def standing_in_words(member: Member, is_resting: bool, now: datetime) -> str:
    """How a member stands, as a coordinator sees it: leave, pause, request and incident look alike."""
    today = now.astimezone(zone_of(member.timezone)).date()
    if member.status == "left" or (member.active_until is not None and today > member.active_until):
        return "left"
    if member.active_from is not None and today < member.active_from:
        return "not started"
    away = (member.away_from or member.away_until) is not None and not (
        (member.away_from is not None and today < member.away_from)
        or (member.away_until is not None and today > member.away_until)
    )
    pausing = member.paused_until is not None and today < member.paused_until
    held = is_resting or away or pausing or member.status == "paused" or member.resting_since is not None
    return "resting" if held else "active"
