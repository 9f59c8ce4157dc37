"""The course of a simulated program, and the counts that are taken of it. Nothing is drawn but people."""

import random
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from engine.import_members import import_members
from engine.outbox import State
from engine.rotate import RoundPlan
from scripts.demo_cast import Cast
from scripts.demo_past import live_through
from scripts.serving import Served, bound_socket
from scripts.stage import Stage, publish_next, sample_people, set_stage
from scripts.wiring import quiet_logs
from store.models import BuddyGroup, CheckIn, GroupPlace, Member, Message, SupportRequest

_BEGINS = datetime(2027, 1, 4, 21, 30, tzinfo=UTC)  # a Monday afternoon in New York
_MONTH = timedelta(days=30)
_COHORT = "simulated"
_MORNING, _NIGHT = 8, 21  # nobody is nudged before the one or after the other, on their own clock
_OUT = (State.SENT, State.DELIVERED, State.UNDELIVERED)


class _Crowd:
    """Made-up people: rows of the sample list under other names, reached by mail."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._sample = sample_people()
        self.rows: dict[str, dict[str, str]] = {}
        self.present: list[str] = []
        self.left = 0

    def join(self, count: int) -> list[dict[str, str]]:
        """So many new people."""
        joined = []
        for _ in range(count):
            ref = f"s{len(self.rows) + 1:05}"
            row = dict(self._rng.choice(self._sample))
            row |= {
                "id": ref,
                "name": f"Person {ref}",
                "email": f"{ref}@example.org",
                "phone": "",
                "manager": "",
            }
            row |= {"sms_consent": "no", "email_consent": "yes", "status": "active"}
            self.rows[ref] = row
            self.present.append(ref)
            joined.append(row)
        return joined

    def turn_over(self, churn: float) -> list[dict[str, str]]:
        """Some leave and as many join; the rows of both."""
        count = round(len(self.present) * churn)
        leavers = self._rng.sample(self.present, count)
        self.present = [ref for ref in self.present if ref not in set(leavers)]
        self.left += count
        return [{"id": ref, "status": "left"} for ref in leavers] + self.join(count)


def run_through(
    folder: Path, *, members: int, months: int, churn: float, size: int, seed: int
) -> dict[str, Any]:
    """Runs it and returns the counts that `prepaired simulate` prints."""
    quiet_logs()
    bound = bound_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    crowd = _Crowd(random.Random(seed))
    with ExitStack() as stack:
        stage = set_stage(url, folder, starts_at=_BEGINS, seed=seed, size=size, most=10_000_000)
        stack.callback(stage.close)
        stack.enter_context(Served(stage.app(stage.deployment), bound))
        rounds: list[RoundPlan] = []
        for month in range(months):
            fresh = crowd.turn_over(churn) if month else crowd.join(members)
            import_members(stage.deployment, enumerate(fresh, start=2), now=stage.clock.now(), cohort=_COHORT)
            if planned := publish_next(stage, _COHORT, seed + month):
                rounds.append(planned)
            cast = Cast(people=crowd.rows, until=_BEGINS + (month + 1) * _MONTH, seed=seed)
            live_through(stage.deployment, stage.clock, stage.sandbox, cast, reported=timedelta())
        given = {"members": members, "months": months, "churn": churn, "size": size, "seed": seed}
        return given | _people(stage, crowd) | _rounds(rounds) | _messages(stage) | _wire(stage, crowd.rows)


def _people(stage: Stage, crowd: _Crowd) -> dict[str, int]:
    with stage.deployment.database.reads() as session:
        grouped = session.scalar(
            select(func.count(func.distinct(GroupPlace.member_id)))
            .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
            .join(Member, Member.id == GroupPlace.member_id)
            .where(GroupPlace.active, BuddyGroup.state == "active", Member.status == "active")
        )
    at_end = len(crowd.present)
    return {
        "left": crowd.left,
        "members_at_end": at_end,
        "in_a_group_at_end": grouped or 0,
        "waiting_for_a_round": at_end - (grouped or 0),
    }


def _rounds(rounds: list[RoundPlan]) -> dict[str, int]:
    return {
        "rounds": len(rounds),
        "repeated_pairs": sum(planned.repeats for planned in rounds),
        "not_placed": sum(len(planned.unplaceable) for planned in rounds),
    }


def _messages(stage: Stage) -> dict[str, Any]:
    """Counts of the outbox and of what was logged."""
    with stage.deployment.database.reads() as session:
        nudges = select(func.count()).select_from(Message).where(Message.slot.is_not(None))
        held = session.execute(
            select(Message.reason, func.count())
            .where(Message.slot.is_not(None), Message.state == State.DROPPED)
            .group_by(Message.reason)
            .order_by(Message.reason)
        ).all()
        return {
            "nudges": session.scalar(nudges) or 0,
            "nudges_sent": session.scalar(nudges.where(Message.state.in_(_OUT))) or 0,
            "nudges_not_sent": {str(reason): count for reason, count in held},
            "messages_sent": session.scalar(select(func.count()).where(Message.state.in_(_OUT))) or 0,
            "check_ins": session.scalar(select(func.count()).select_from(CheckIn)) or 0,
            "connected": session.scalar(select(func.count()).where(CheckIn.connected)) or 0,
            "support_requests": session.scalar(select(func.count()).select_from(SupportRequest)) or 0,
        }


def _wire(stage: Stage, people: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """What the provider holds against what the outbox says: twice, lost, and nudges on somebody's night."""
    mails = [mail for mail in stage.sandbox.memory.mails() if not mail.is_inbound]
    copies = Counter(tuple(sorted(mail.custom_args.items())) for mail in mails)
    with stage.deployment.database.reads() as session:
        sent = session.scalar(select(func.count()).where(Message.state.in_(_OUT), Message.medium == "email"))
        nudges = session.execute(
            select(Member.ref, Message.sent_at)
            .join(Member, Member.id == Message.member_id)
            .where(Message.slot.is_not(None), Message.state.in_(_OUT))
        ).all()
    hours = [at.astimezone(ZoneInfo(people[ref]["timezone"])).hour for ref, at in nudges if at is not None]
    return {
        "twice": sum(count - 1 for count in copies.values()),
        "lost": (sent or 0) - len(copies),
        "at_night": sum(not _MORNING <= hour < _NIGHT for hour in hours),
    }
