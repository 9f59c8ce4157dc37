"""Whether a message may go at this instant, and if not, why: asked at planning and again at sending.

Knows facts and clock only; collecting the facts is the engine's work.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from nudges.clock import QuietHours, instant, zone_of
from nudges.kinds import KindPolicy


class Action(StrEnum):
    """What becomes of the message now."""

    SEND = "send"
    WAIT = "wait"
    DROP = "drop"


class Reason(StrEnum):
    """Why a message waits or was dropped; kept on its row, shown to the member as it is."""

    LEFT = "left"
    STOPPED = "stopped"
    NO_CONSENT = "no_consent"
    NO_CHANNEL = "no_channel"
    GROUP_DISSOLVED = "group_dissolved"
    ANSWERED = "answered"
    HALTED = "halted"
    STALE = "stale"
    NOT_YET_ACTIVE = "not_yet_active"
    AWAY = "away"
    PAUSED = "paused"
    UNIT_PAUSED = "unit_paused"
    RESTING = "resting"
    QUIET_HOURS = "quiet_hours"
    HOLIDAY = "holiday"  # planning moved or skipped it


class Viewer(StrEnum):
    """Who asks why nothing was sent."""

    MEMBER = "member"  # about themselves
    COORDINATOR = "coordinator"
    OTHER = "other"  # buddies, supporters, responders, directors, engineers: counts at most


# Leave, a request, an incident and a pause look alike to everybody but the member.
_PRIVATE = frozenset({Reason.AWAY, Reason.PAUSED, Reason.RESTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is true of the reader and the group at this instant. The defaults hold nothing back."""

    zone: str  # IANA name; a staff message takes the program's
    status: str = "active"  # active, paused, left
    active_from: date | None = None
    active_until: date | None = None  # the last day
    away_from: date | None = None
    away_until: date | None = None  # inclusive; None with away_from set: until further notice
    paused_until: date | None = None  # back on that day
    reachable: bool = True  # there is a usable contact point on this channel
    consented: bool = True  # consent for this channel is on record
    suppressed: bool = False  # our own list, for this address
    group_active: bool = True
    answered: bool = False  # the group has logged this period
    resting: bool = False  # a request or incident is open, or a red is unanswered
    unit_paused: bool = False
    unit_paused_until: date | None = None  # the program pauses a whole unit; back on that day
    halted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Send, wait or drop; why; and when to ask again (UTC; None with WAIT: when something changed)."""

    action: Action
    reason: Reason | None = None
    until: datetime | None = None


_SEND = Verdict(action=Action.SEND)


def verdict(
    policy: KindPolicy, standing: Standing, *, now: datetime, send_before: datetime, quiet: QuietHours
) -> Verdict:
    """Whether a message under `policy` may go at `now`.

    `send_before` is exclusive. What is final outranks what may pass, so that the reason on record is the
    one that would still be true tomorrow. Raises UnknownZone.
    """
    if not standing.reachable:
        return _drop(Reason.NO_CHANNEL)
    if policy.unstoppable:
        return _SEND
    final = _final(policy, standing, now)
    if final is not None:
        return _drop(final)
    if policy.halts and standing.halted:
        return _wait(Reason.HALTED, None) if now < send_before else _drop(Reason.HALTED)
    if now >= send_before:
        return _drop(Reason.STALE)
    return _held(policy, standing, now, send_before) or _quiet(policy, standing, now, send_before, quiet)


def shown_reason(reason: Reason, viewer: Viewer) -> str | None:
    """The word for `reason` that `viewer` may read about a named person; None: nothing at all."""
    match viewer:
        case Viewer.MEMBER:
            return reason.value
        case Viewer.COORDINATOR:
            return Reason.RESTING.value if reason in _PRIVATE else reason.value
        case _:
            return None


def local_day(now: datetime, zone: str) -> date:
    """The calendar day at `now` in `zone`. Raises UnknownZone."""
    return now.astimezone(zone_of(zone)).date()


def _drop(reason: Reason) -> Verdict:
    return Verdict(action=Action.DROP, reason=reason)


def _wait(reason: Reason, until: datetime | None) -> Verdict:
    return Verdict(action=Action.WAIT, reason=reason, until=until)


def _final(policy: KindPolicy, standing: Standing, now: datetime) -> Reason | None:
    """The first reason that time will not cure."""
    if standing.suppressed and not policy.despite_stop:
        return Reason.STOPPED
    if policy.needs_consent and not standing.consented:
        return Reason.NO_CONSENT
    if policy.active_only and _has_left(standing, now):
        return Reason.LEFT
    if policy.group_only and not standing.group_active:
        return Reason.GROUP_DISSOLVED
    if policy.nudge and standing.answered:
        return Reason.ANSWERED
    return None


def _has_left(standing: Standing, now: datetime) -> bool:
    if standing.status == "left":
        return True
    return standing.active_until is not None and local_day(now, standing.zone) > standing.active_until


def _held(policy: KindPolicy, standing: Standing, now: datetime, send_before: datetime) -> Verdict | None:
    """Leave, pause and rest: a patient message waits, a nudge of that day is over."""
    if policy.rests and standing.resting:
        return _wait(Reason.RESTING, None) if policy.patient else _drop(Reason.RESTING)
    if not policy.active_only:
        return None
    absence = _absence(standing, local_day(now, standing.zone))
    if absence is None:
        return None
    reason, back_on = absence
    if not policy.patient:
        return _drop(reason)
    back_at = None if back_on is None else instant(back_on, time(0), standing.zone)
    return _wait(reason, back_at) if back_at is None or back_at < send_before else _drop(reason)


def _absence(standing: Standing, today: date) -> tuple[Reason, date | None] | None:
    """Why the member is not to be nudged today, and the day of return if one is known."""
    if standing.unit_paused:
        return Reason.UNIT_PAUSED, None
    if standing.unit_paused_until is not None and today < standing.unit_paused_until:
        return Reason.UNIT_PAUSED, standing.unit_paused_until
    if standing.active_from is not None and today < standing.active_from:
        return Reason.NOT_YET_ACTIVE, standing.active_from
    if standing.paused_until is not None and today < standing.paused_until:
        return Reason.PAUSED, standing.paused_until
    if standing.status == "paused" and standing.paused_until is None:
        return Reason.PAUSED, None
    return _leave(standing, today)


def _leave(standing: Standing, today: date) -> tuple[Reason, date | None] | None:
    if standing.away_from is None and standing.away_until is None:
        return None
    begun = standing.away_from is None or standing.away_from <= today
    over = standing.away_until is not None and today > standing.away_until
    if not begun or over:
        return None
    last = standing.away_until
    return Reason.AWAY, None if last is None else last + timedelta(days=1)


def _quiet(
    policy: KindPolicy, standing: Standing, now: datetime, send_before: datetime, quiet: QuietHours
) -> Verdict:
    if not policy.awake_only or not quiet.covers(now.astimezone(zone_of(standing.zone)).time()):
        return _SEND
    morning = quiet.over_at(now, standing.zone).astimezone(UTC)
    # A message that would be stale by then is dropped now rather than kept for a certain end.
    return _wait(Reason.QUIET_HOURS, morning) if morning < send_before else _drop(Reason.STALE)
