"""What may follow what, for requests and incidents."""

from datetime import UTC, datetime, time

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from

from escalation import incidents, requests
from escalation.acts import WHO_MAY, Actor, NotTheirs, allowed, check
from escalation.incidents import IncidentEvent, IncidentState
from escalation.requests import OPEN_STATES, RequestEvent, RequestState, reminder_at
from escalation.transitions import NotAllowed

_ENDS = (RequestState.CLOSED, RequestState.DECLINED, RequestState.EXPIRED)


def test_a_request_goes_from_a_wish_to_its_closure() -> None:
    state = RequestState.PENDING
    for event in (
        "CONFIRM", "MATCH", "PASS_BACK", "MATCH", "ACCEPT", "MISS", "REACH", "TALK", "FEAR", "SETTLE", "REFER", "CLOSE",
    ):  # fmt: skip
        state = requests.advance(state, RequestEvent[event])
    assert state is RequestState.CLOSED


@pytest.mark.parametrize("state", sorted(OPEN_STATES - {RequestState.SAFETY_CONCERN}))
def test_a_member_may_decline_at_any_time(state: RequestState) -> None:
    assert requests.advance(state, RequestEvent.DECLINE) is RequestState.DECLINED


@pytest.mark.parametrize("event", list(RequestEvent))
@pytest.mark.parametrize("state", _ENDS)
def test_what_has_ended_stays_ended(state: RequestState, event: RequestEvent) -> None:
    with pytest.raises(NotAllowed):
        requests.advance(state, event)


def test_a_fear_for_somebodys_safety_is_settled_before_the_case_can_end() -> None:
    for event in (RequestEvent.CLOSE, RequestEvent.DECLINE, RequestEvent.PASS_BACK):
        with pytest.raises(NotAllowed):
            requests.advance(RequestState.SAFETY_CONCERN, event)
    assert requests.advance(RequestState.SAFETY_CONCERN, RequestEvent.SETTLE) is RequestState.TALKING


@pytest.mark.parametrize("state", sorted(OPEN_STATES - {RequestState.PENDING, RequestState.SAFETY_CONCERN}))
def test_a_supporter_may_fear_for_somebodys_safety_at_any_time(state: RequestState) -> None:
    assert requests.advance(state, RequestEvent.FEAR) is RequestState.SAFETY_CONCERN


def test_every_state_is_explained_and_every_event_is_somebodys() -> None:
    assert set(requests.MEANING) == set(RequestState)
    assert all(WHO_MAY[event] for event in RequestEvent)
    assert {event for _, event in requests.TRANSITIONS} == set(RequestEvent)


def test_what_is_anothers_to_do_is_refused_with_a_reason() -> None:
    with pytest.raises(NotTheirs, match="a coordinator cannot make a support request be accepted"):
        check(RequestEvent.ACCEPT, [Actor.COORDINATOR])
    assert RequestEvent.RETURN not in allowed(RequestState.MATCHED, [Actor.SUPPORTER, Actor.COORDINATOR])


def test_a_refusal_names_state_and_event() -> None:
    with pytest.raises(NotAllowed, match="A support request that is pending cannot be closed"):
        requests.advance(RequestState.PENDING, RequestEvent.CLOSE)


def test_an_incident_is_acknowledged_taken_back_and_closed_by_a_person() -> None:
    state = IncidentState.OPEN
    for event in ("ACKNOWLEDGE", "TAKE_BACK", "ACKNOWLEDGE", "CLOSE"):
        state = incidents.advance(state, IncidentEvent[event])
    assert state is IncidentState.CLOSED


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (IncidentState.OPEN, IncidentEvent.CLOSE),
        (IncidentState.OPEN, IncidentEvent.TAKE_BACK),
        (IncidentState.ACKNOWLEDGED, IncidentEvent.ACKNOWLEDGE),
        *((IncidentState.CLOSED, event) for event in IncidentEvent),
    ],
)
def test_an_incident_cannot_skip_its_human(state: IncidentState, event: IncidentEvent) -> None:
    with pytest.raises(NotAllowed, match="An incident"):
        incidents.advance(state, event)


class _Life(RuleBasedStateMachine):
    """Whatever happens to a request, it is confirmed before anybody but the member has a part in it."""

    def __init__(self) -> None:
        super().__init__()
        self.state = RequestState.PENDING
        self.seen: list[RequestEvent] = []

    @rule(event=sampled_from(list(RequestEvent)))
    def happens(self, event: RequestEvent) -> None:
        """Try any event; a refusal changes nothing."""
        before = self.state
        try:
            self.state = requests.advance(self.state, event)
        except NotAllowed:
            assert self.state is before
            return
        self.seen.append(event)

    @invariant()
    def nobody_hears_of_it_unconfirmed(self) -> None:
        """Matching, contacting and closing come after the member's own confirmation."""
        acts = [event for event in self.seen if event in (RequestEvent.MATCH, RequestEvent.REACH)]
        assert not acts or self.seen[0] is RequestEvent.CONFIRM

    @invariant()
    def every_open_state_has_a_way_out(self) -> None:
        """No request can be stuck."""
        ways = [event for state, event in requests.TRANSITIONS if state is self.state]
        assert bool(ways) is (self.state in OPEN_STATES)


test_the_life_of_a_request = _Life.TestCase


def test_the_reminder_comes_next_morning_in_the_members_zone() -> None:
    asked = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert reminder_at(asked, "America/New_York") == datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    assert reminder_at(asked, "Asia/Tokyo", time(8)) == datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
