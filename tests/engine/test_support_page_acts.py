"""What a member's press on the support page causes, once."""

from datetime import timedelta

import pytest

from engine.ask_for_support import ask_for_support
from engine.fear_danger import fear_danger
from engine.link_holders import Done, member_of_fresh_support_link, member_of_link, support_link
from engine.links import Purpose
from engine.record_connection import record_connection
from engine.rotate import RoundPlan, plan_round, store_round
from store.models import CheckIn, Incident, SupportRequest
from tests.engine.people import Town


@pytest.fixture
def paired(town: Town) -> Town:
    """The two members are buddies."""
    planned = plan_round(town.deployment, "main", now=town.now)
    assert isinstance(planned, RoundPlan)
    store_round(town.deployment, planned, now=town.now, publish=True, actor="test")
    return town


def test_a_request_reaches_the_queue_once_and_what_is_written_later_is_added(town: Town) -> None:
    link = town.link()
    assert ask_for_support(town.deployment, link, "concern", {"how": ""}, town.now) is Done.NEW
    assert ask_for_support(town.deployment, link, "concern", {}, town.now) is Done.ALREADY
    assert ask_for_support(town.deployment, link, "self", {"how": "a call"}, town.now) is Done.ADDED
    (request,) = town.rows(SupportRequest)
    assert (request.state, request.source) == ("open", "concern")
    sealed = request.wishes_sealed
    assert sealed is not None
    opened = town.deployment.vault.open_json(sealed, "support_request", "wishes", request.id)
    assert opened == {"how": "a call"}
    assert town.kinds() == ["request_notice"]


def test_a_fear_of_danger_opens_one_incident_and_has_the_page_sent_at_once(town: Town) -> None:
    link = town.link()
    assert fear_danger(town.deployment, link, town.now) is Done.NEW
    assert town.woken == ["urgent"]
    assert fear_danger(town.deployment, link, town.now) is Done.ALREADY
    (incident,) = town.rows(Incident)
    assert (incident.about, incident.text_sealed, incident.pages) == ("other", None, 1)
    assert town.kinds() == ["page"]
    assert town.trail() == ["incident_opened"]


def test_an_answer_on_the_page_is_logged_once_and_a_yes_replaces_a_no(paired: Town) -> None:
    link = paired.link()
    assert record_connection(paired.deployment, link, False, paired.now) is Done.NEW
    assert record_connection(paired.deployment, link, False, paired.now) is Done.ALREADY
    assert record_connection(paired.deployment, link, True, paired.now) is Done.NEW
    assert record_connection(paired.deployment, link, False, paired.now) is Done.ALREADY
    assert [row.connected for row in paired.rows(CheckIn)] == [True]


def test_answers_rest_while_an_incident_is_open(paired: Town) -> None:
    fear_danger(paired.deployment, paired.link(), paired.now)
    assert record_connection(paired.deployment, paired.link(), True, paired.now) is Done.NOTHING
    assert paired.rows(CheckIn) == []


def test_without_a_group_there_is_nothing_to_log(town: Town) -> None:
    assert record_connection(town.deployment, town.link(), True, town.now) is Done.NOTHING


def test_a_token_that_is_no_support_link_acts_for_nobody(town: Town) -> None:
    deployment, now = town.deployment, town.now
    late = now + timedelta(days=31)
    for token, at in (("garbled", now), (town.link(Purpose.MEMBER), now), (town.link(), late)):
        assert ask_for_support(deployment, token, "self", {}, at) is Done.NO_LINK
        assert fear_danger(deployment, token, at) is Done.NO_LINK
        assert record_connection(deployment, token, True, at) is Done.NO_LINK
    assert (*town.rows(SupportRequest), *town.rows(Incident), *town.kinds()) == ()


def test_a_support_link_opens_the_members_page_only_while_it_is_fresh(town: Town) -> None:
    link = support_link(town.deployment, town.member(), town.now)
    day = timedelta(days=1)
    assert member_of_fresh_support_link(town.deployment, link, town.now + 7 * day) == town.member()
    assert member_of_fresh_support_link(town.deployment, link, town.now + 8 * day) is None
    assert member_of_link(town.deployment, link, Purpose.SUPPORT, town.now + 8 * day) == town.member()
    assert member_of_link(town.deployment, link, Purpose.MEMBER, town.now) is None
