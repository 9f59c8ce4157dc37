"""What is in the way of one person's message is never in the way of another's cry for help."""

import pytest
from sqlalchemy import update

from engine.reconcile_inbound import reconcile_inbound
from store.errors import StoreError
from store.models import Inbound, Member
from tests.stories.world import RESPONDER_PHONE, World

ONE, TWO, STRANGER = "+12025550101", "+12025550102", "+12025550177"


def test_a_text_that_cannot_be_read_does_not_keep_a_later_crisis_from_its_answer(world: World) -> None:
    world.enrol({}, {})
    world.sandbox.write_text(ONE, "hello there")
    reconcile_inbound(world.deployment, world.clock)
    with world.deployment.database.writes.begin() as session:
        session.execute(update(Inbound).values(body_sealed=b"\x01 altered by somebody"))
    world.text(TWO, "I want to die")
    assert "988" in world.phone(TWO)[-1]
    assert len(world.phone(RESPONDER_PHONE)) == 1


def test_every_text_that_waits_is_answered_in_one_round(world: World) -> None:
    world.enrol({}, {})
    for number in range(130):
        world.sandbox.write_text(f"+12025551{number:03}", "hello")
    world.text(STRANGER, "I want to die")
    assert "988" in world.phone(STRANGER)[-1]


def test_groups_that_cannot_be_mended_keep_nobody_from_being_paged(world: World) -> None:
    world.enrol({}, {}, {"status": "active"})
    world.publish()
    world.tick()
    with world.deployment.database.writes.begin() as session:
        session.execute(update(Member).where(Member.ref == "m3").values(status="left"))
        session.execute(update(Member).where(Member.ref == "m2").values(attributes_sealed=b"altered"))
    world.sandbox.write_text(STRANGER, "I want to die")
    with pytest.raises(StoreError):
        world.tick()
    assert "988" in world.phone(STRANGER)[-1]
    assert len(world.phone(RESPONDER_PHONE)) == 1
