"""The counts that operations watch. Counts only, nobody named."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.deployment import Deployment
from engine.engine_health import engine_health
from escalation.requests import QUEUE_STATES
from store import program_state
from store.models import BuddyGroup, Inbound, Incident, Member, Message, Sender, SupportRequest


def measures(deployment: Deployment, clock: Clock) -> list[tuple[str, str, str, int | float]]:
    """(name, help, labels, value) of everything that /metrics tells from the database."""
    troubles = engine_health(deployment, clock).troubles
    with deployment.database.reads() as session:
        rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
        told: list[tuple[str, str, str, int | float]] = [
            ("prepaired_messages", "Messages by state.", f'state="{state}"', count) for state, count in rows
        ]
        told += [
            ("prepaired_engine_trouble", "What is not being done, and how much of it.",
             f'what="{trouble.what}"', trouble.count)
            for trouble in troubles
        ]  # fmt: skip
        worked = program_state.worked_at(session)
        counts: list[tuple[str, str, int | float]] = [
            ("prepaired_members_active", "Active members.",
             _count(session, select(func.count()).where(Member.status == "active"))),
            ("prepaired_groups_active", "Active groups of buddies.",
             _count(session, select(func.count()).where(BuddyGroup.state == "active"))),
            ("prepaired_requests_open", "Support requests in the queue.",
             _count(session, select(func.count()).where(
                 SupportRequest.state.in_(QUEUE_STATES)))),
            ("prepaired_incidents_open", "Incidents nobody has closed.",
             _count(session, select(func.count()).where(Incident.state != "closed"))),
            ("prepaired_inbound_waiting", "Received and not yet understood.",
             _count(session, select(func.count()).where(Inbound.state == "new"))),
            ("prepaired_senders_refused", "Senders whose account the provider refuses.",
             _count(session, select(func.count()).where(Sender.stopped_at.is_not(None)))),
            ("prepaired_engine_well", "1 while due work is being done.", int(not troubles)),
            ("prepaired_halted", "1 while nudges are stopped.", int(program_state.is_halted(session))),
            ("prepaired_engine_silent_seconds", "Since the engine last went round.",
             (clock.wall() - worked).total_seconds() if worked else -1),
        ]  # fmt: skip
    return told + [(name, what, "", value) for name, what, value in counts]


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0
