"""Every step that is not allowed, tried on the real rows: refused with a reason, and nothing changed."""

from datetime import datetime

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from hypothesis.strategies import sampled_from

from engine.case_steps import plan
from engine.import_members import import_members
from engine.request_support import confirm
from engine.work_request import NotSuitable, work_request
from escalation.acts import Actor, NotTheirs
from escalation.requests import TRANSITIONS, RequestEvent, RequestState
from escalation.transitions import NotAllowed
from sandbox.server import SandboxServer
from store.database import Database
from store.models import Member, Staff, SupportRequest, new_id
from store.sealing import Vault
from tests.dump import dump
from tests.stories.conftest import sandbox_server
from tests.stories.world import World, build_world

__all__ = ["sandbox_server"]


@pytest.fixture
def world(sqlite_database: Database, vault: Vault, sandbox_server: SandboxServer, now: datetime) -> World:
    return build_world(sqlite_database, vault, sandbox_server, now)


def put_case(world: World, state: RequestState) -> SupportRequest:
    """A case of somebody new that stands at `state`."""
    now, row = world.clock.now(), new_id()
    import_members(
        world.deployment, [(2, {"id": str(row), "name": "A B", "timezone": "America/New_York"})], now=now
    )
    with world.deployment.database.writes.begin() as session:
        member = session.query(Member).filter_by(ref=str(row)).one()
        staff = session.query(Staff).filter_by(ref="sofi").one()
        request = SupportRequest(
            id=row, member_id=member.id, state=state, source="self", asked_at=now, since=now, opened_at=now,
            match_by=now, contact_by=now, expires_at=now, supporter_id=staff.id,
        )  # fmt: skip
        session.add(request)
        session.flush()
        plan(world.deployment, request)
    return request


def test_every_step_that_is_not_in_the_table_is_refused_and_changes_nothing(world: World) -> None:
    coordinator, supporter = world.staff("cora"), world.staff("sofi")
    for state in RequestState:
        request = put_case(world, state)
        before = dump(world.deployment.database)
        for event in RequestEvent:
            if (state, event) in TRANSITIONS:
                continue
            with pytest.raises(NotAllowed, match=f"that is {state} cannot {event.replace('_', ' ')}"):
                work_request(
                    world.deployment, request.id, event, staff=coordinator, now=world.clock.now(),
                    supporter_id=supporter.id, actors=tuple(Actor),
                )  # fmt: skip
        assert dump(world.deployment.database) == before, state


def test_what_is_anothers_to_do_is_refused_and_changes_nothing(world: World) -> None:
    request = put_case(world, RequestState.MATCHED)
    before = dump(world.deployment.database)
    for event, actor in ((RequestEvent.ACCEPT, Actor.COORDINATOR), (RequestEvent.RETURN, Actor.SUPPORTER)):
        with pytest.raises(NotTheirs):
            work_request(
                world.deployment,
                request.id,
                event,
                staff=world.staff("cora"),
                now=world.clock.now(),
                actors=[actor],
            )
    assert dump(world.deployment.database) == before


def test_any_life_of_a_case_keeps_to_the_table(world: World) -> None:
    class Life(RuleBasedStateMachine):
        """One case; any event may be tried at any time."""

        @initialize()
        def begins(self) -> None:
            """Confirmed by its member."""
            row = new_id()
            line = {"id": str(row), "name": "A B", "timezone": "America/New_York"}
            import_members(world.deployment, [(2, line)], now=world.clock.now())
            with world.deployment.database.writes.begin() as session:
                member = session.query(Member).filter_by(ref=str(row)).one()
                self.request = confirm(session, world.deployment, member, world.clock.now())

        @rule(event=sampled_from(RequestEvent))
        def happens(self, event: RequestEvent) -> None:
            """Either the table has it, or it is refused and the row is as it was."""
            before = self.row()
            expected = TRANSITIONS.get((RequestState(before.state), event))
            try:
                work_request(
                    world.deployment, self.request.id, event, staff=world.staff("cora"), now=world.clock.now(),
                    supporter_id=world.staff("sofi").id, actors=tuple(Actor),
                )  # fmt: skip
            except NotAllowed:
                assert expected is None
                self.is_as_before(before)
                return
            except NotSuitable:  # the pool is one supporter, who is full or has passed it back
                self.is_as_before(before)
                return
            after = self.row()
            assert after.state == expected
            assert (after.next_at is None) == (after.state in ("closed", "declined", "expired"))

        def is_as_before(self, before: SupportRequest) -> None:
            """Not a column has moved."""
            columns = SupportRequest.__table__.columns.keys()
            after = self.row()
            assert [getattr(after, name) for name in columns] == [getattr(before, name) for name in columns]

        def row(self) -> SupportRequest:
            """As it stands in the database."""
            with world.deployment.database.reads() as session:
                return session.get_one(SupportRequest, self.request.id)

    run_state_machine_as_test(Life, settings=settings(max_examples=12, stateful_step_count=12, deadline=None))  # type: ignore[no-untyped-call]


def test_a_supporter_whom_a_rule_keeps_from_the_case_is_refused_and_nothing_changes(world: World) -> None:
    request = put_case(world, RequestState.OPEN)
    supporter = world.staff("sofi")
    with world.deployment.database.writes.begin() as session:
        session.get_one(SupportRequest, request.id).passed = [str(supporter.id)]
    before = dump(world.deployment.database)
    for wrong in (supporter, world.staff("cora")):
        with pytest.raises(NotSuitable):
            work_request(
                world.deployment, request.id, RequestEvent.MATCH, staff=world.staff("cora"), now=world.clock.now(),
                supporter_id=wrong.id,
            )  # fmt: skip
    assert dump(world.deployment.database) == before
