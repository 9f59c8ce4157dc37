"""What time does to a support request: which step comes next, and when. There is always one while it is open.

Says what is due; whoever is told, and how, is the engine's.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from escalation.requests import IN_TOUCH, RequestState

_H = timedelta(hours=1)


class Act(StrEnum):
    """What the clock does."""

    OFFER_AGAIN = "offer_again"  # pending: one reminder to the member
    EXPIRE = "expire"
    TELL = "tell"  # the next rung of the ladder hears that the case is past its time
    REMIND = "remind"  # the supporter
    RETURN = "return"  # back to the queue
    FOLLOW_UP = "follow_up"  # the supporter is to ask again
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Who hears of a missed deadline, how long after it, and by which medium (None: as the person can be reached)."""

    after: timedelta
    tell: str  # a role, or deputy
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePolicy:
    """How long things may take between the two deadlines, and what follows them."""

    accept_within: timedelta = 8 * _H  # the supporter accepts or passes back
    silent_after: timedelta = 12 * _H  # past the contact deadline without a mark: back in the queue
    retry_after: timedelta = 24 * _H
    tries: int = 3  # without an answer, before closing is suggested
    follow_ups: tuple[timedelta, ...] = (timedelta(hours=72), timedelta(days=30))
    follow_up_grace: timedelta = 48 * _H
    closes_after: timedelta = timedelta(days=7)  # after the last follow-up
    rest_after_contact: timedelta = timedelta(days=7)  # how long nudges still rest once somebody is in touch
    concern_every: timedelta = 12 * _H  # how often an unsettled fear for somebody's safety is told again
    ladder: tuple[Rung, ...] = field(
        default=(
            Rung(after=timedelta(), tell="coordinator"),
            Rung(after=4 * _H, tell="deputy"),
            Rung(after=8 * _H, tell="director"),
        )
    )
    ladder_again: timedelta = 24 * _H  # from the top of the ladder on, everybody once more

    def __post_init__(self) -> None:
        """Raise ValueError where a step would come before the one that it follows."""
        afters = [rung.after for rung in self.ladder]
        if not afters or afters != sorted(afters) or min(afters) < timedelta():
            raise ValueError("the steps after a missed deadline must be in order, and there must be one")
        if list(self.follow_ups) != sorted(self.follow_ups) or not self.follow_ups:
            raise ValueError("follow-ups must be in order, and there must be one")
        spans = (self.accept_within, self.retry_after, self.ladder_again, self.concern_every)
        if min(spans) <= timedelta():
            raise ValueError("every span of the pathway must be longer than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the clock must know of a request. Instants are aware UTC."""

    state: RequestState
    since: datetime  # when that state was entered
    remind_at: datetime | None = None  # pending
    expires_at: datetime | None = None  # pending
    match_by: datetime | None = None
    contact_by: datetime | None = None
    contacted_at: datetime | None = None
    rung: int = 0
    reminded: int = 0
    follow_ups: int = 0
    followed_up_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What is due, and when."""

    act: Act
    at: datetime
    tell: tuple[Rung, ...] = ()  # with TELL: who


def next_step(case: CaseFacts, policy: CasePolicy) -> NextStep | None:
    """What comes next of itself; None only when the request is over."""
    match case.state:
        case RequestState.PENDING:
            return _wish(case)
        case RequestState.OPEN:
            return _ladder(case, policy, max(case.match_by or case.since, case.since))
        case RequestState.MATCHED:
            half = case.since + policy.accept_within / 2
            return _remind_then_return(case, [half], case.since + policy.accept_within)
        case RequestState.ACCEPTED:
            return _accepted(case, policy)
        case RequestState.NO_ANSWER:
            tries = [case.since + policy.retry_after, case.since + 2 * policy.retry_after]
            return _remind_then_return(case, tries, case.since + 3 * policy.retry_after)
        case RequestState.SAFETY_CONCERN:
            everybody = tuple(rung for rung in policy.ladder if rung.tell != "director")
            return NextStep(
                act=Act.TELL, at=case.since + (case.rung + 1) * policy.concern_every, tell=everybody
            )
    return _follow_up(case, policy) if case.state in IN_TOUCH else None


def _wish(case: CaseFacts) -> NextStep:
    if case.remind_at is not None and (case.expires_at is None or case.remind_at < case.expires_at):
        return NextStep(act=Act.OFFER_AGAIN, at=case.remind_at)
    return NextStep(act=Act.EXPIRE, at=case.expires_at or case.since)


def _ladder(case: CaseFacts, policy: CasePolicy, base: datetime) -> NextStep:
    """Coordinator, deputy, director in turn; from then on everybody, again and again."""
    over = case.rung - len(policy.ladder)
    if over < 0:
        rung = policy.ladder[case.rung]
        return NextStep(act=Act.TELL, at=base + rung.after, tell=(rung,))
    last = base + policy.ladder[-1].after
    return NextStep(act=Act.TELL, at=last + (over + 1) * policy.ladder_again, tell=policy.ladder)


def _remind_then_return(case: CaseFacts, reminders: list[datetime], returns: datetime) -> NextStep:
    if case.reminded < len(reminders):
        return NextStep(act=Act.REMIND, at=reminders[case.reminded])
    return NextStep(act=Act.RETURN, at=returns)


def _accepted(case: CaseFacts, policy: CasePolicy) -> NextStep:
    """Half-way a reminder; at the deadline the first rung hears of it; still silent, it goes back."""
    due = max(case.contact_by or case.since, case.since + policy.accept_within)
    if case.reminded == 0:
        return NextStep(act=Act.REMIND, at=case.since + (due - case.since) / 2)
    if case.rung == 0:
        return NextStep(act=Act.TELL, at=due, tell=policy.ladder[:1])
    return NextStep(act=Act.RETURN, at=due + policy.silent_after)


def _follow_up(case: CaseFacts, policy: CasePolicy) -> NextStep:
    reached = case.contacted_at or case.since
    if case.follow_ups >= len(policy.follow_ups):
        return NextStep(act=Act.CLOSE, at=(case.followed_up_at or case.since) + policy.closes_after)
    due = reached + policy.follow_ups[case.follow_ups]
    if case.reminded == 0:
        return NextStep(act=Act.FOLLOW_UP, at=due)
    late = due + (case.reminded + case.rung) * policy.follow_up_grace
    if case.reminded == 1:
        return NextStep(act=Act.REMIND, at=late)
    return NextStep(act=Act.TELL, at=late, tell=policy.ladder[:1])
