"""A number that cannot be used, or a text that cannot be written: what goes another way, and what goes on."""

from sqlalchemy import update

from engine.delivery import take_report
from engine.outbox import State
from store.models import Member
from tests.stories.world import World

ONE, TWO = "+12025550101", "+12025550102"
BARRED = "+15005550004"  # the provider says 21610: opted out there


def test_a_crisis_answer_that_the_provider_bars_goes_by_mail(world: World) -> None:
    world.enrol({"phone": BARRED, "email": "one@example.org", "email_consent": "yes"}, {})
    world.text(BARRED, "I want to die")
    (mail,) = (mail for mail in world.sandbox.memory.mails() if mail.to == "one@example.org")
    assert "988" in mail.text
    assert "die" not in mail.subject


def report(world: World, sid: str, status: str, code: str | None) -> None:
    take_report(
        world.deployment, provider="twilio", event_key=f"{sid}:{status}", message_id=None, provider_id=sid,
        status=status, code=code, now=world.clock.now(),
    )  # fmt: skip


def test_a_number_that_a_delivery_report_calls_unusable_is_told_by_mail_once(world: World) -> None:
    world.enrol({"email": "one@example.org", "email_consent": "yes"}, {})
    world.publish()
    world.tick()
    text = world.texts(ONE)[0]
    report(world, text.sid, "undelivered", "30005")
    report(world, text.sid, "sent", None)  # callbacks come in any order
    world.tick()
    assert len(world.mailbox("one@example.org")) == 1
    report(world, text.sid, "failed", "30005")
    world.tick()
    assert len(world.mailbox("one@example.org")) == 1
    assert len(world.phone(ONE)) == 1


def test_one_message_that_cannot_be_written_does_not_hold_up_the_queue(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    with world.deployment.database.writes.begin() as session:
        session.execute(update(Member).where(Member.ref == "m1").values(name_sealed=b"\x01altered"))
    world.tick()
    assert len(world.phone(TWO)) == 1
    (unwritten,) = world.messages(reason="unwritable")
    assert unwritten.state == State.DEAD
