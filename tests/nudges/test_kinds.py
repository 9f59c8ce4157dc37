"""What each kind of message may and may not do."""

import pytest

from nudges.kinds import KINDS, Lane, policy_of

_CRISIS = [
    "crisis_self", "crisis_other", "crisis_self_unattended", "crisis_other_unattended", "crisis_acknowledged",
    "crisis_waiting", "crisis_taken_back", "crisis_unreached", "crisis_false_alarm", "page", "page_again",
    "page_reminder", "page_drill",
]  # fmt: skip


@pytest.mark.parametrize("kind", _CRISIS)
def test_a_crisis_answer_or_page_waits_for_nothing(kind: str) -> None:
    policy = policy_of(kind)
    assert policy.unstoppable
    assert policy.at_least_once
    for barrier in ("awake_only", "rests", "halts", "active_only", "group_only", "needs_consent"):
        assert getattr(policy, barrier) is False


def test_nothing_else_is_unstoppable_or_sent_twice() -> None:
    others = [policy_of(kind) for kind in KINDS - set(_CRISIS)] + [policy_of("weekly")]
    assert not any(policy.unstoppable or policy.at_least_once for policy in others)


@pytest.mark.parametrize("kind", ["weekly", "monthly", "quarterly", "fortnightly"])
def test_a_cadence_of_any_name_is_a_nudge(kind: str) -> None:
    policy = policy_of(kind)
    assert policy.nudge
    assert policy.lane is Lane.NUDGE
    assert policy.awake_only
    assert policy.rests
    assert policy.halts
    assert policy.needs_consent
    assert policy.send_within is None


def test_no_other_kind_is_a_nudge() -> None:
    assert not any(policy_of(kind).nudge for kind in KINDS)


def test_crises_go_before_answers_and_answers_before_nudges() -> None:
    assert policy_of("crisis_self").lane < policy_of("help").lane < policy_of("weekly").lane


@pytest.mark.parametrize("kind", ["stopped", "started", "help", "wrong_person"])
def test_the_last_word_reaches_an_address_that_has_stopped(kind: str) -> None:
    assert policy_of(kind).despite_stop


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_asks_for_consent_was_not_asked_for_by_the_reader(kind: str) -> None:
    policy = policy_of(kind)
    assert not (policy.needs_consent and (policy.answers_inbound or policy.to_staff))
