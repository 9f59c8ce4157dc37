"""Ten thousand requests over a year with silent and absent people: none without a next step, none lost.

The same rules as the engine uses, on a clock of their own and without a database; deadlines are computed a second time
by walking the calendar. `python -m benchmarks.pathway [REQUESTS] [SEED]`.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from zoneinfo import ZoneInfo

from escalation.case_clock import Act, CaseFacts, CasePolicy, NextStep, next_step
from escalation.deadlines import DeadlinePolicy, deadlines
from escalation.requests import ENDED, IN_TOUCH, TRANSITIONS, RequestEvent, RequestState

START = datetime(2026, 1, 1, 5, tzinfo=UTC)
YEAR = timedelta(days=365)
ZONE = "America/New_York"
HOLIDAYS = frozenset(
    {date(2026, 1, 1), date(2026, 5, 25), date(2026, 7, 3), date(2026, 11, 26), date(2026, 12, 25)}
)
POLICY = CasePolicy()
ELAPSED, WORKING = DeadlinePolicy(), DeadlinePolicy(working_hours=True)
_H = timedelta(hours=1)


@dataclass
class Result:
    """What was seen."""

    requests: int = 0
    states: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    without_next_step: int = 0
    next_step_in_the_past: int = 0
    deadlines_that_differ: int = 0
    unfinished: int = 0


def run(requests: int = 10_000, seed: int = 1) -> Result:
    """Opens that many requests over a year and lets people and the clock act until all are over."""
    random, result = Random(seed), Result(requests=requests)
    queue: list[tuple[datetime, int, CaseFacts]] = []
    for number in range(requests):
        opened = (START + YEAR * random.random()).replace(microsecond=0)
        case = _opened(opened, WORKING if number % 3 == 0 else ELAPSED, result)
        heappush(queue, (opened, number, case))
    while queue:
        now, number, case = heappop(queue)
        case = _after(case, now, random, result)
        if case.state in ENDED:
            result.states[case.state] += 1
        elif now > START + 4 * YEAR:
            result.unfinished += 1
        else:
            heappush(queue, (_next(case, now, random, result), number, case))
    return result


def _opened(opened: datetime, policy: DeadlinePolicy, result: Result) -> CaseFacts:
    found = deadlines(opened, policy, zone=ZONE, holidays=HOLIDAYS)
    walked = tuple(_walked(opened, hours, policy) for hours in (policy.match_hours, policy.contact_hours))
    result.deadlines_that_differ += (found.match_by, found.contact_by) != walked
    return CaseFacts(
        state=RequestState.OPEN, since=opened, match_by=found.match_by, contact_by=found.contact_by
    )


def _walked(opened: datetime, hours: int, policy: DeadlinePolicy) -> datetime:
    """The deadline, found by walking local days and their working stretches one after the other."""
    local = opened.astimezone(ZoneInfo(ZONE))
    if not policy.working_hours:
        return opened + timedelta(hours=hours) + (24 * _H if _is_off(local.date()) else timedelta())
    left, day = timedelta(hours=hours), local.date()
    while True:
        starts, ends = (
            datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
            for hour in (8, 17)
        )
        begin = max(starts, opened)
        if not _is_off(day) and begin < ends:
            if begin + left <= ends:
                return begin + left
            left -= ends - begin
        day += timedelta(days=1)


def _is_off(day: date) -> bool:
    return day.isoweekday() > 5 or day in HOLIDAYS


def _next(case: CaseFacts, now: datetime, random: Random, result: Result) -> datetime:
    """When something happens to it: the clock's step, or somebody before it; one in three stays silent."""
    step = next_step(case, POLICY)
    if step is None:
        result.without_next_step += 1
        return now + YEAR
    if step.at <= now:
        result.next_step_in_the_past += 1
        return now + timedelta(minutes=1)
    if random.random() < 1 / 3:
        return step.at
    return min(step.at, now + timedelta(hours=random.expovariate(1 / 9)) + timedelta(seconds=1))


def _after(case: CaseFacts, now: datetime, random: Random, result: Result) -> CaseFacts:
    """What is due by the clock, then perhaps what a person does, then what the engine's next round does at once."""
    case = _round(case, now, random, result)
    if case.state in ENDED or random.random() < 0.5:
        return case
    ways = [event for state, event in TRANSITIONS if state is case.state and event is not RequestEvent.RETURN]
    return _round(_moved(case, random.choice(ways), now), now, random, result)


def _round(case: CaseFacts, now: datetime, random: Random, result: Result) -> CaseFacts:
    while (step := next_step(case, POLICY)) is not None and step.at <= now:
        result.steps[step.act] += 1
        case = _by_clock(case, step, now, random)
    return case


def _by_clock(case: CaseFacts, step: NextStep, now: datetime, random: Random) -> CaseFacts:
    match step.act:
        case Act.TELL:
            return replace(case, rung=case.rung + 1)
        case Act.REMIND | Act.FOLLOW_UP:
            if case.state in IN_TOUCH and random.random() < 0.7:  # the supporter has asked again
                return replace(case, follow_ups=case.follow_ups + 1, followed_up_at=now, reminded=0, rung=0)
            return replace(case, reminded=case.reminded + 1)
        case Act.RETURN:
            return _moved(case, RequestEvent.RETURN, now)
        case Act.CLOSE:
            return _moved(case, RequestEvent.CLOSE, now)
    raise AssertionError(step.act)


def _moved(case: CaseFacts, event: RequestEvent, now: datetime) -> CaseFacts:
    after = TRANSITIONS[case.state, event]
    both_in_touch = case.state in IN_TOUCH and after in IN_TOUCH
    moved = replace(case, state=after, since=now)
    if not both_in_touch:
        moved = replace(moved, rung=0, reminded=0)
    if case.state in (RequestState.ACCEPTED, RequestState.NO_ANSWER) and after in IN_TOUCH:
        moved = replace(moved, contacted_at=now, follow_ups=0)
    return moved


def main() -> int:
    """Prints what was seen; 1 where a request was lost."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    found = run(requests, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for name in (
        "requests",
        "without_next_step",
        "next_step_in_the_past",
        "deadlines_that_differ",
        "unfinished",
    ):
        print(f"{name}: {getattr(found, name)}")
    print("ended:", dict(found.states))
    print("steps of the clock:", dict(found.steps))
    lost = found.requests - sum(found.states.values())
    print(f"lost: {lost}")
    return int(
        bool(lost or found.without_next_step or found.next_step_in_the_past or found.deadlines_that_differ)
    )


if __name__ == "__main__":
    sys.exit(main())
