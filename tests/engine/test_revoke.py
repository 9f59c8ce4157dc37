"""The stop button's other half: all links and sessions end, and a list says whose data could have been seen."""

from datetime import timedelta

from engine.choose_buddy import invite_friend
from engine.exposure import exposure
from engine.links import Purpose
from engine.note_look import note_look
from engine.revoke import revoke_everything
from engine.sign_in import sign_in_as
from store.models import Invitation, Link, StaffSession
from tests.engine.people import Town

HOUR = timedelta(hours=1)


def test_every_link_and_session_ends_and_only_unsubscribing_goes_on(town: Town) -> None:
    for purpose in (Purpose.SUPPORT, Purpose.MEMBER, Purpose.REPLY, Purpose.UNSUBSCRIBE):
        town.link(purpose)
    sign_in_as(town.deployment, "cora", now=town.now, wall=town.now)
    invite_friend(town.deployment, town.member(), town.now)
    ended = revoke_everything(town.deployment.database, actor="command line", now=town.now, wall=town.now)
    assert ended == {"links": 3, "sessions": 1, "invitations": 1, "joinings": 0}
    assert [one.purpose for one in town.rows(Link)] == ["unsubscribe"]
    assert town.rows(StaffSession) == []
    assert town.rows(Invitation) == []
    assert town.trail()[-1] == "everything_revoked"


def test_the_list_names_looks_links_and_sessions_of_that_time_only(town: Town) -> None:
    sign_in_as(town.deployment, "cora", now=town.now, wall=town.now)
    note_look(town.deployment, actor="staff:cora", what="person", member_id=town.member(), now=town.now)
    note_look(
        town.deployment,
        actor="staff:dira",
        what="person",
        member_id=town.member("m2"),
        now=town.now + 2 * HOUR,
    )
    town.link(ref="m2")
    found = exposure(town.deployment.database, town.now, town.now + HOUR)
    assert found.held == 2
    assert [one.who for one in found.sign_ins] == ["staff:cora"]
    assert [(one.member, len(one.looks), one.links) for one in found.members] == [("m1", 1, 0), ("m2", 0, 1)]
    late = exposure(town.deployment.database, town.now + HOUR, town.now + 3 * HOUR)
    assert [one.who for one in late.sign_ins] == ["staff:cora"]  # a session runs for twelve hours
    assert [(one.member, len(one.looks)) for one in late.members] == [("m2", 1)]
