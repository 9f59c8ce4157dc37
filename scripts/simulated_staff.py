"""The made-up staff of a simulation: a responder who picks up, a coordinator who works by day, supporters who call."""

import random
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from engine.deployment import Deployment
from engine.handle_incident import acknowledge, close_incident
from engine.match_supporters import suggestions
from engine.responders import NotYours
from engine.staff import staff_by_ref, with_role
from engine.work_request import work_request
from escalation.incidents import IncidentOutcome
from escalation.requests import RequestEvent
from nudges.clock import zone_of
from store.models import Incident, Staff, SupportRequest

_OPENS, _CLOSES = time(9), time(17)
_TALKS = timedelta(minutes=25)  # from a crisis text's page to its closing
_CASE = timedelta(days=12)  # from contact to closing


class Team:
    """Looks at what waits and does it, each at the pace of a person."""

    def __init__(self, deployment: Deployment, coordinator: str, seed: int) -> None:
        self._deployment = deployment
        self._rng = random.Random(f"staff {seed}")
        self._due: dict[tuple[str, UUID], datetime] = {}
        self._has: dict[UUID, Staff] = {}
        with deployment.database.reads() as session:
            self._coordinator = _required(staff_by_ref(session, coordinator), coordinator)
            self._responders = list(with_role(session, "responder"))

    def next_at(self) -> datetime | None:
        """When somebody of them acts next."""
        return min((self._by_day(step, at) for (step, _), at in self._due.items()), default=None)

    def work(self, now: datetime) -> None:
        """Notices what is new, and does what is due."""
        for step, row in self._waiting():
            if (step, row) not in self._due:
                self._due[step, row] = now + self._takes(step)
        for (step, row), at in sorted(self._due.items(), key=lambda one: one[1]):
            if self._by_day(step, at) <= now:
                del self._due[step, row]
                if (step, row) in self._waiting():  # the clock may have taken it back meanwhile
                    self._do(step, row, now)

    def _waiting(self) -> list[tuple[str, UUID]]:
        with self._deployment.database.reads() as session:
            incidents = session.execute(select(Incident.state, Incident.id).where(Incident.state != "closed"))
            requests = session.execute(
                select(SupportRequest.state, SupportRequest.id).where(
                    SupportRequest.state.in_(("open", "matched", "accepted", "talking"))
                )
            )
            return [(f"incident {state}", row) for state, row in incidents] + [
                (f"request {state}", row) for state, row in requests
            ]

    def _takes(self, step: str) -> timedelta:
        match step:
            case "incident open":
                return timedelta(minutes=self._rng.uniform(1, 9))
            case "request open":
                return timedelta(hours=self._rng.uniform(0.5, 5))
            case "request matched":
                return timedelta(hours=self._rng.uniform(0.2, 3))
            case "request accepted":
                return timedelta(hours=self._rng.uniform(2, 20))
            case "request talking":
                return _CASE
            case _:
                return _TALKS

    def _by_day(self, step: str, at: datetime) -> datetime:
        """That instant; for a request, the next opening hour of the office, which weekends have, too."""
        local = at.astimezone(zone_of(self._deployment.program.zone))
        if step.startswith("incident") or _OPENS <= local.time() < _CLOSES:
            return at
        day = local if local.time() < _OPENS else local + timedelta(days=1)
        return datetime.combine(day.date(), _OPENS, local.tzinfo).astimezone(at.tzinfo)

    def _do(self, step: str, row: UUID, now: datetime) -> None:
        deployment = self._deployment
        match step:
            case "incident open":
                self._answer(row, now)
            case "incident acknowledged":
                close_incident(deployment, row, self._has[row], IncidentOutcome.REACHED, now)
            case "request open":
                self._ask(row, now)
            case "request matched":
                self._move(row, RequestEvent.ACCEPT, now)
            case "request accepted":
                self._move(row, RequestEvent.TALK, now)
            case _:
                self._move(row, RequestEvent.CLOSE, now)

    def _ask(self, row: UUID, now: datetime) -> None:
        """Somebody of the pool whom no rule keeps from the case; where there is nobody, it waits."""
        with self._deployment.database.reads() as session:
            request = session.get_one(SupportRequest, row)
            free = [one.id for one in suggestions(session, self._deployment, request, now) if not one.bars]
        if free:
            self._move(row, RequestEvent.MATCH, now, self._rng.choice(free))

    def _answer(self, row: UUID, now: datetime) -> None:
        """Whoever may have it takes it: nobody of the same unit does."""
        by = now + timedelta(minutes=5)
        for responder in self._responders:
            try:
                acknowledge(self._deployment, row, responder, call_by=by, calling_now=True, now=now)
            except NotYours:
                continue
            self._has[row] = responder
            return

    def _move(self, row: UUID, event: RequestEvent, now: datetime, supporter: UUID | None = None) -> None:
        work_request(self._deployment, row, event, staff=self._coordinator, now=now, supporter_id=supporter)


def _required(staff: Staff | None, ref: str) -> Staff:
    if staff is None:
        raise LookupError(ref)
    return staff
