"""There is always a next step, and it lies ahead once what was due is done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.case_clock import Act, CaseFacts, CasePolicy, NextStep, Rung, next_step
from escalation.requests import ENDED, IN_TOUCH, OPEN_STATES, RequestState

_AT = datetime(2026, 11, 24, 15, tzinfo=UTC)
_H = timedelta(hours=1)
_POLICY = CasePolicy()


def _case(state: RequestState, **facts: object) -> CaseFacts:
    base = {
        "since": _AT,
        "match_by": _AT + 24 * _H,
        "contact_by": _AT + 48 * _H,
        "expires_at": _AT + 168 * _H,
    }
    return CaseFacts(state=state, **(base | facts))  # type: ignore[arg-type]


def _next(case: CaseFacts) -> NextStep:
    found = next_step(case, _POLICY)
    assert found is not None
    return found


def test_a_missed_deadline_goes_to_coordinator_deputy_and_director_in_turn() -> None:
    steps = [_next(_case(RequestState.OPEN, rung=rung)) for rung in range(3)]
    assert [step.at - _AT for step in steps] == [24 * _H, 28 * _H, 32 * _H]
    assert [rung.tell for step in steps for rung in step.tell] == ["coordinator", "deputy", "director"]


def test_past_the_ladder_everybody_hears_of_it_each_day() -> None:
    one, other = (_next(_case(RequestState.OPEN, rung=rung)) for rung in (3, 4))
    assert other.at - one.at == 24 * _H
    assert one.tell == _POLICY.ladder


def test_a_case_that_comes_back_late_begins_at_the_foot_of_the_ladder() -> None:
    back = _case(RequestState.OPEN, since=_AT + 60 * _H)
    assert _next(back) == NextStep(act=Act.TELL, at=_AT + 60 * _H, tell=_POLICY.ladder[:1])


def test_a_supporter_who_stays_silent_is_reminded_and_then_the_case_goes_back() -> None:
    assert _next(_case(RequestState.MATCHED)) == NextStep(act=Act.REMIND, at=_AT + 4 * _H)
    assert _next(_case(RequestState.MATCHED, reminded=1)) == NextStep(act=Act.RETURN, at=_AT + 8 * _H)


def test_an_accepted_case_without_a_mark_is_told_at_the_deadline_and_goes_back_after_it() -> None:
    acts = [(facts, _next(_case(RequestState.ACCEPTED, **facts))) for facts in (
        {}, {"reminded": 1}, {"reminded": 1, "rung": 1},
    )]  # fmt: skip
    assert [(step.act, step.at - _AT) for _, step in acts] == [
        (Act.REMIND, 24 * _H), (Act.TELL, 48 * _H), (Act.RETURN, 60 * _H),
    ]  # fmt: skip


def test_follow_ups_come_at_72_hours_and_a_month_and_then_the_case_closes() -> None:
    def step(**facts: object) -> NextStep:
        return _next(_case(RequestState.TALKING, contacted_at=_AT, **facts))

    assert step() == NextStep(act=Act.FOLLOW_UP, at=_AT + 72 * _H)
    assert step(follow_ups=1) == NextStep(act=Act.FOLLOW_UP, at=_AT + timedelta(days=30))
    done = _AT + timedelta(days=31)
    assert step(follow_ups=2, followed_up_at=done) == NextStep(act=Act.CLOSE, at=done + timedelta(days=7))


def test_a_follow_up_that_nobody_does_is_never_forgotten() -> None:
    case = _case(RequestState.REACHED, contacted_at=_AT, reminded=1)
    assert _next(case).act is Act.REMIND
    later = [_next(replace(case, reminded=2, rung=rung)) for rung in range(5)]
    assert {step.act for step in later} == {Act.TELL}
    assert [step.at for step in later] == sorted({step.at for step in later})


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_is_over_has_no_next_step(state: RequestState) -> None:
    assert next_step(_case(state), _POLICY) is None


@given(
    state=st.sampled_from(sorted(OPEN_STATES)),
    late=st.integers(0, 2000),
    follow_ups=st.integers(0, 2),
    reached=st.integers(-2000, 0),
)
def test_once_what_is_due_is_done_the_next_step_lies_ahead(
    state: RequestState, late: int, follow_ups: int, reached: int
) -> None:
    now = _AT + late * _H
    case = _case(state, follow_ups=follow_ups, contacted_at=_AT + reached * _H)
    for _ in range(3000):
        step = next_step(case, _POLICY)
        if step is None or step.at > now:
            break
        case = _done(case, step, now)
    else:
        pytest.fail("time never gets past what is due")
    assert step is None or step.at > now
    assert (step is None) == (case.state in ENDED)


def _done(case: CaseFacts, step: NextStep, now: datetime) -> CaseFacts:
    """What the engine does with a step, in short."""
    match step.act:
        case Act.TELL:
            return replace(case, rung=case.rung + 1)
        case Act.REMIND | Act.FOLLOW_UP:
            return replace(case, reminded=case.reminded + 1)
        case Act.OFFER_AGAIN:
            return replace(case, remind_at=None)
        case Act.RETURN:
            return replace(case, state=RequestState.OPEN, since=now, rung=0, reminded=0)
        case Act.CLOSE:
            assert case.state in IN_TOUCH
            return replace(case, state=RequestState.CLOSED)
    return replace(case, state=RequestState.EXPIRED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ladder": ()},
        {"ladder": (Rung(after=4 * _H, tell="deputy"), Rung(after=_H, tell="director"))},
        {"follow_ups": ()},
        {"follow_ups": (72 * _H, 24 * _H)},
        {"accept_within": timedelta()},
    ],
)
def test_a_policy_that_could_never_be_kept_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|longer"):
        CasePolicy(**wrong)  # type: ignore[arg-type]
