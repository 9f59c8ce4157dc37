"""STOP is final until START; nothing goes out at night."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.outbox import Draft, State, put
from store.models import AuditEntry, Member, Suppression
from tests.stories.world import COORDINATOR_MAIL, World

ONE, TWO = "+12025550101", "+12025550102"
NEW_YORK = ZoneInfo("America/New_York")


def test_stop_is_confirmed_once_and_nothing_follows(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "STOP")
    heard = len(world.phone(ONE))
    assert "START" in world.phone(ONE)[-1]
    world.text(ONE, "STOP")
    world.advance(days=8)
    assert len(world.phone(ONE)) == heard
    stopped = world.messages(kind="weekly", state=State.DROPPED)
    assert {message.reason for message in stopped} == {"stopped"}


def test_a_nudge_that_finds_no_way_says_whether_consent_or_an_address_is_missing(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.enrol({"sms_consent": "no"}, {"phone": "-"})
    world.advance(days=8)
    dropped = world.messages(kind="weekly", state=State.DROPPED)
    assert {message.reason for message in dropped} == {"no_consent", "no_channel"}


def test_stop_between_planning_and_sending_holds(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    heard_before = len(world.phone(ONE))
    world.sandbox.write_text(ONE, "stop")
    world.clock.at += timedelta(seconds=5)
    world.tick()
    assert [m.reason for m in world.messages(kind="introduction", state=State.DROPPED)] == ["stopped"]
    assert len(world.phone(ONE)) == heard_before + 1  # the confirmation and nothing else


def test_yes_does_not_undo_a_stop_but_start_does(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "stop")
    heard = len(world.phone(ONE))
    world.text(ONE, "1")
    assert len(world.phone(ONE)) == heard
    assert world.check_ins() == []
    world.text(ONE, "start")
    assert "on again" in world.phone(ONE)[-1]
    world.advance(days=8)
    assert len(world.phone(ONE)) > heard + 1


def test_an_import_does_not_undo_a_stop(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "stop")
    heard = len(world.phone(ONE))
    world.enrol({"sms_consent": "yes"}, {})
    world.advance(days=8)
    assert len(world.phone(ONE)) == heard


def test_a_new_number_in_a_list_does_not_undo_a_stop_but_start_from_it_does(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "stop")
    new = "+12025550155"
    world.enrol({"phone": new, "email": "one@example.org", "email_consent": "yes"}, {})
    world.advance(days=8)
    assert world.phone(new) == []
    assert world.mailbox("one@example.org") == []
    world.text(new, "start")
    assert "on again" in world.phone(new)[-1]


def test_a_corrected_number_after_wrong_person_is_written_to(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "wrong number")
    new = "+12025550155"
    world.enrol({"phone": new}, {})
    world.advance(days=8)
    assert world.phone(new) != []


def test_a_member_who_moved_is_nudged_on_the_new_places_clock(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    before = len(world.phone(ONE))
    world.enrol({"timezone": "Europe/Berlin"}, {})
    world.advance(days=8)
    hours = {text.at.astimezone(ZoneInfo("Europe/Berlin")).hour for text in world.texts(ONE)[before:]}
    assert hours
    assert hours <= {8, 9, 10}


def test_nothing_but_crisis_answers_arrives_in_quiet_hours(world: World) -> None:
    world.enrol({}, {"timezone": "America/Los_Angeles"})
    world.clock.at = datetime(2026, 11, 25, 4, 30, tzinfo=world.clock.at.tzinfo)  # 11:30 p.m. in New York
    world.publish()
    world.tick()
    assert world.phone(ONE) == []
    assert len(world.phone(TWO)) == 1  # 8:30 p.m. in Los Angeles
    world.advance(hours=10)
    introduced = world.texts(ONE)[0]
    assert introduced.at.astimezone(NEW_YORK).hour == 8


def test_an_answer_that_an_outage_held_up_waits_for_the_morning_but_a_crisis_answer_does_not(
    world: World,
) -> None:
    world.enrol({}, {})
    world.clock.at = datetime(2026, 11, 25, 1, 30, tzinfo=world.clock.at.tzinfo)  # 8:30 p.m. in New York
    token, world.sandbox.auth_token = world.sandbox.auth_token, "refused for some hours"
    with world.deployment.database.writes.begin() as session:
        for key, kind in (("answer:late", "orange"), ("answer:crisis", "crisis_self")):
            member = session.scalars(select(Member).where(Member.ref == "m1")).one()
            draft = Draft(key=key, kind=kind, medium="sms", member_id=member.id, due_at=world.clock.at)
            put(session, world.deployment, draft, world.clock.at)
    world.tick()
    assert world.phone(ONE) == []
    world.sandbox.auth_token = token
    world.clock.at += timedelta(hours=4)
    world.tick()
    assert [text.startswith("Automatic reply") for text in world.phone(ONE)] == [True]
    world.advance(hours=8)
    assert len(world.phone(ONE)) == 2
    assert world.texts(ONE)[1].at.astimezone(NEW_YORK).hour == 8


def test_a_wish_for_support_beside_a_stop_is_answered_once_and_both_hold(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "3 stop")
    heard = len(world.phone(ONE))
    for words in ("no more messages", "reply 3 again", "/s/", "988"):
        assert words in world.phone(ONE)[-1]
    assert [request.state for request in world.requests()] == ["pending"]
    assert world.mailbox(COORDINATOR_MAIL) == []
    world.advance(days=3)
    assert len(world.phone(ONE)) == heard
    world.text(ONE, "3")
    assert [request.state for request in world.requests()] == ["open"]
    assert len(world.mailbox(COORDINATOR_MAIL)) == 1
    assert "has your request" in world.phone(ONE)[-1]
    world.advance(days=8)
    assert len(world.phone(ONE)) == heard + 1


def test_a_worry_beside_a_stop_opens_the_doors_and_stops(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "4 unsubscribe")
    heard = len(world.phone(ONE))
    assert "no more messages" in world.phone(ONE)[-1]
    assert "/s/" in world.phone(ONE)[-1]
    world.advance(days=8)
    assert len(world.phone(ONE)) == heard


def test_a_stop_while_only_the_member_knows_of_a_wish_tells_nobody(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    world.text(ONE, "stop")
    assert world.mailbox(COORDINATOR_MAIL) == []


def test_a_second_yes_beside_a_stop_tells_the_coordinator_both(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    world.text(ONE, "3, and stop texting me")
    assert "has your request" in world.phone(ONE)[-1]
    assert len(world.mailbox(COORDINATOR_MAIL)) == 2


def test_start_by_text_brings_back_texts_alone_and_is_on_the_trail(world: World) -> None:
    world.enrol({"email": "one@example.org", "email_consent": "yes"}, {})
    world.publish()
    world.tick()
    world.text(ONE, "STOP")
    world.text(ONE, "START")
    with world.deployment.database.reads() as session:
        barred = session.scalars(select(Suppression.medium)).all()
        trail = session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert barred == ["email"]
    assert [action for action in trail if action.startswith("opted")] == ["opted_out", "opted_in"]


def test_help_is_answered_with_the_crisis_line_the_support_link_stop_and_a_name(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "HELP")
    for words in ("988", "911", "/s/", "STOP", "Cora Ordin"):
        assert words in world.phone(ONE)[-1]
    assert "@" not in world.phone(ONE)[-1]  # half an address would be none
    assert world.requests() == []
