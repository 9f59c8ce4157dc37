"""Once round everything that is due: plan, send, settle, advance. What the scheduler calls, and cron."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from engine import senders
from engine.advance_deadlines import advance_deadlines
from engine.answer_inbound import answer_inbound
from engine.ask_to_keep import ask_to_keep
from engine.catch_up import catch_up
from engine.clock import Clock
from engine.collect_mail import collect_mail
from engine.confirm_address import forget_joinings
from engine.cover_absences import cover_absences
from engine.deployment import Deployment
from engine.drain_sender import drain_sender
from engine.erase_member import finish_erasures
from engine.look_after import remind_of_aftercare
from engine.mend_groups import mend_groups
from engine.notice_silence import notice_silence
from engine.page_responders import page_responders
from engine.plan_nudges import plan_nudges
from engine.reconcile_inbound import reconcile_inbound
from engine.revive_introductions import revive_introductions
from engine.send_urgent import send_urgent
from engine.settle_doubt import settle_doubt, suspect_abandoned
from engine.settle_in import note_round
from engine.unit_words import forget_words
from nudges.kinds import Lane
from store import program_state
from store.models import IS_DUE, IS_IN_DOUBT, IS_SENDING, Message, Sender

MOST_FAILURES = 8  # rounds without any progress, each after a longer back-off: a minute or two in all
POLL = timedelta(milliseconds=250)


@dataclass(slots=True)
class TickReport:
    """What one tick did. `problems` are for people: one line each, no personal data."""

    planned: int = 0
    handed_over: int = 0
    looked_up: int = 0
    found: int = 0
    requeued: int = 0
    given_up: int = 0
    received: int = 0
    in_doubt: int = 0
    due: int = 0
    problems: list[str] = field(default_factory=list)


def help_now(deployment: Deployment, clock: Clock) -> int:
    """Pages who is due to be paged, and hands over crisis answers and pages; returns how many went.

    Apart from everything else, so that no fault of a nudge, a group or a queue is in its way.
    """
    page_responders(deployment, clock.now())
    return send_urgent(deployment, clock)


def make_due(deployment: Deployment, now: datetime) -> int:
    """Plans every nudge that is due, and advances requests and groups; returns the nudges planned."""
    advance_deadlines(deployment, now)
    remind_of_aftercare(deployment, now)
    finish_erasures(deployment, now)
    mend_groups(deployment, now)
    notice_silence(deployment, now)
    forget_joinings(deployment, now)
    forget_words(deployment, now)
    ask_to_keep(deployment, now)
    cover_absences(deployment, now)
    planned, spread = 0, catch_up(deployment, now)
    while moved := plan_nudges(deployment, now, spread):
        planned += moved
        deployment.database.give_way()
    return planned


def tick(deployment: Deployment, clock: Clock) -> TickReport:
    """Repeats hand-over, look-ups and requeues until no row is in doubt and none is due.

    Needs no worker, on either database. Gives up, and says so, when a provider takes nothing for long or
    refuses the account: then rows stay due.
    """
    report = TickReport()
    with deployment.database.writes.begin() as session:
        senders.try_again(session)
    revive_introductions(deployment, clock.now())
    report.received = reconcile_inbound(deployment, clock) + collect_mail(deployment, clock)
    while answer_inbound(deployment, clock.now()):
        report.handed_over += help_now(deployment, clock)
    report.handed_over += help_now(deployment, clock)
    report.planned = make_due(deployment, clock.now())
    fruitless = 0
    while True:
        done = _go_round(deployment, clock, report)
        fruitless = 0 if done else fruitless + 1
        report.in_doubt, report.due = outstanding(deployment, clock.now())
        if not report.in_doubt and not report.due:
            break
        if _account_refused(deployment):
            report.problems.append("a provider refuses the account; check its credentials, then tick again")
            break
        if fruitless > MOST_FAILURES:
            report.problems.append("a provider takes or answers nothing; rows stay due, tick again later")
            break
        clock.sleep(_pause(deployment, clock))
    note_round(deployment.database, clock.wall())
    return report


def _go_round(deployment: Deployment, clock: Clock, report: TickReport) -> bool:
    """One pass; True when something moved."""
    suspected = suspect_abandoned(deployment, clock)
    handed_over = send_urgent(deployment, clock)
    busy = False
    for channel in deployment.channels.values():
        drained = drain_sender(deployment, channel.sender, clock)
        handed_over += drained.handed_over
        busy = busy or drained.busy
    settled = settle_doubt(deployment, clock)
    report.handed_over += handed_over
    report.looked_up += settled.looked_up
    report.found += settled.found
    report.requeued += settled.requeued
    report.given_up += settled.given_up
    moved = suspected + handed_over + settled.looked_up - settled.unanswered + settled.requeued
    return bool(moved or busy or settled.given_up)


def outstanding(deployment: Deployment, now: datetime) -> tuple[int, int]:
    """How many rows are in doubt (or being sent), and how many are due and allowed to go."""
    with deployment.database.reads() as session:
        doubtful = select(func.count()).where(or_(IS_SENDING, IS_IN_DOUBT))
        due = select(func.count()).where(
            IS_DUE,
            Message.not_before <= now,
            Message.sender.in_([channel.sender for channel in deployment.channels.values()]),
        )
        if program_state.is_halted(session):
            due = due.where(or_(Message.lane < Lane.NUDGE, Message.send_before <= now))
        return session.scalar(doubtful) or 0, session.scalar(due) or 0


def senders_with_work(deployment: Deployment, now: datetime) -> list[str]:
    """The queues of this node that hold a due row."""
    names = [channel.sender for channel in deployment.channels.values()]
    with deployment.database.reads() as session:
        return list(
            session.scalars(
                select(Message.sender)
                .where(Message.sender.in_(names), IS_DUE, Message.not_before <= now)
                .distinct()
            )
        )


def _account_refused(deployment: Deployment) -> bool:
    names = [channel.sender for channel in deployment.channels.values()]
    with deployment.database.reads() as session:
        refused = select(func.count()).where(Sender.name.in_(names), Sender.stopped_at.is_not(None))
        return bool(session.scalar(refused))


def _pause(deployment: Deployment, clock: Clock) -> timedelta:
    """Until the next look, lease or pace comes due; never longer than a look-up's wait."""
    wall = clock.wall()
    with deployment.database.reads() as session:
        instants = [
            session.scalar(select(func.min(Message.look_at)).where(IS_IN_DOUBT)),
            session.scalar(select(func.min(Message.lease_until)).where(IS_SENDING)),
            session.scalar(select(func.min(Sender.next_free_at)).where(Sender.failures > 0)),
        ]
    ahead = [when - wall for when in instants if when is not None and when > wall]
    return min([*ahead, deployment.lookup_wait + POLL], default=POLL) if ahead else POLL
