"""Every other way in: one open case a person, whoever is told what, and nothing that names a member."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from engine.api_keys import PER_MINUTE, Admission, KeyExists, admit, make_key, revoke_key
from engine.case_people import person_of
from engine.open_cases import Involved, Report, is_flooded, open_cases
from escalation.ways_in import Kind, Source
from sandbox.server import SandboxServer
from store.database import Database
from store.models import SupportRequest
from store.sealing import Vault
from tests.dump import dump
from tests.stories.conftest import sandbox_server
from tests.stories.world import COORDINATOR_MAIL, World, build_world

__all__ = ["sandbox_server"]
ONE = "+12025550101"
STRANGER = Involved(name="Nadia Nonmember", phone="+12025550177", unit="ICU", how="mornings")


@pytest.fixture
def world(database: Database, vault: Vault, sandbox_server: SandboxServer, now: datetime) -> World:
    return build_world(database, vault, sandbox_server, now)


@pytest.fixture
def report(world: World) -> Callable[..., int]:
    """Reports an event with these people."""

    def reported(*involved: Involved, source: Source = Source.EVENT, sentence: str = "") -> int:
        what = Report(involved=involved, source=source, kind=Kind.DEATH, sentence=sentence)
        return open_cases(world.deployment, what, actor="api:test", now=world.clock.now())

    return reported


def test_everybody_involved_gets_a_case_and_only_members_a_message(
    world: World, report: Callable[..., int]
) -> None:
    world.enrol({}, {})
    report(Involved(member="m1"), STRANGER, sentence="Was there when a patient died.")
    world.tick()
    assert [request.state for request in world.requests()] == ["open", "open"]
    assert len([text for text in world.phone(ONE) if "offered a talk" in text]) == 1
    assert world.phone("+12025550177") == []
    assert len(world.mailbox(COORDINATOR_MAIL)) == 2
    stored = dump(world.deployment.database)
    assert b"Nadia" not in stored
    assert b"patient died" not in stored


def test_a_member_is_found_by_number_or_mail_as_well(world: World, report: Callable[..., int]) -> None:
    world.enrol({}, {})
    report(Involved(name="Whoever", phone="(202) 555-0101"))
    (request,) = world.requests()
    assert request.member_id is not None
    assert request.person_sealed is None


def test_a_second_way_in_adds_to_the_open_case(world: World, report: Callable[..., int]) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    world.text(ONE, "3")
    report(Involved(member="m1"), STRANGER, sentence="Was there.")
    report(STRANGER, sentence="Another sentence.", source=Source.REFERRAL)
    requests = world.requests()
    assert len(requests) == 2
    by_member = {request.member_id is not None: request for request in requests}
    assert (by_member[True].source, by_member[True].kind) == ("self", "death")
    vault, other = world.deployment.vault, by_member[False]
    assert other.sentence_sealed is not None
    assert vault.open(other.sentence_sealed, "support_request", "sentence", other.id) == "Was there."


def test_a_wish_that_only_the_member_knew_of_becomes_the_case_and_is_not_told(
    world: World, report: Callable[..., int]
) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    report(Involved(member="m1"))
    (request,) = world.requests()
    assert (request.state, request.source) == ("open", "event")


def test_of_two_reports_at_once_one_opens_the_case(world: World, report: Callable[..., int]) -> None:
    with ThreadPoolExecutor(2) as both:
        assert list(both.map(lambda _: report(STRANGER), range(4))) == [1] * 4
    assert len(world.requests()) == 1


def test_a_group_is_one_case_of_a_unit(world: World, report: Callable[..., int]) -> None:
    report(Involved(unit="ICU 3", is_group=True))
    report(Involved(unit="icu 3", is_group=True))
    (request,) = world.requests()
    with world.deployment.database.reads() as session:
        person = person_of(session, world.deployment, session.get_one(SupportRequest, request.id))
    assert request.is_group
    assert person.name == "Everybody on ICU 3"


def test_a_flood_of_referrals_is_noticed(world: World, report: Callable[..., int]) -> None:
    for number in range(40):
        report(Involved(name=f"Somebody {number}"), source=Source.REFERRAL)
    assert is_flooded(world.deployment, world.clock.now())
    assert not is_flooded(world.deployment, world.clock.now() + timedelta(hours=1, seconds=1))


def test_a_key_opens_until_it_is_revoked_and_so_often_a_minute(world: World, now: datetime) -> None:
    key = make_key(world.deployment, "safety", now)
    assert key.encode() not in dump(world.deployment.database)
    with pytest.raises(KeyExists):
        make_key(world.deployment, "safety", now)
    for _ in range(PER_MINUTE):
        assert admit(world.deployment, key, now) == (Admission.ADMITTED, "safety")
    assert admit(world.deployment, key, now)[0] is Admission.TOO_MANY
    assert admit(world.deployment, key, now + timedelta(minutes=1))[0] is Admission.ADMITTED
    assert revoke_key(world.deployment, "safety", now)
    assert not revoke_key(world.deployment, "safety", now)
    assert admit(world.deployment, key, now + timedelta(minutes=2))[0] is Admission.UNKNOWN
