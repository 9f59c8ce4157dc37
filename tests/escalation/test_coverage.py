"""Who has the queue in hand around absence and silence."""

from datetime import UTC, date, datetime
from uuid import UUID

from escalation.coverage import Holder, in_charge, is_silent
from escalation.deadlines import DeadlinePolicy

_CORA, _CARL, _DEP, _DIR, _ALT = (UUID(int=number) for number in range(1, 6))
_ZONE = "America/New_York"


def _ids(*holders: Holder) -> list[UUID]:
    return [holder.id for holder in in_charge(holders)]


def test_the_coordinators_have_it_and_nobody_else() -> None:
    assert _ids(Holder(id=_CORA, tier=0), Holder(id=_CARL, tier=0), Holder(id=_DEP, tier=1)) == [_CORA, _CARL]


def test_an_absence_reroutes_to_another_coordinator_or_to_the_deputy() -> None:
    away = Holder(id=_CORA, tier=0, away=True)
    assert _ids(away, Holder(id=_CARL, tier=0), Holder(id=_DEP, tier=1)) == [_CARL]
    assert _ids(away, Holder(id=_DEP, tier=1), Holder(id=_DIR, tier=2)) == [_DEP]
    assert _ids(away, Holder(id=_DIR, tier=2)) == [_DIR]


def test_silence_hands_over_without_taking_it_from_whoever_has_it() -> None:
    silent = Holder(id=_CORA, tier=0, silent=True)
    assert _ids(silent, Holder(id=_DEP, tier=1), Holder(id=_DIR, tier=2)) == [_CORA, _DEP]
    quiet_deputy = Holder(id=_DEP, tier=1, silent=True)
    assert _ids(silent, quiet_deputy, Holder(id=_DIR, tier=2)) == [_CORA, _DEP, _DIR]
    assert _ids(silent, Holder(id=_CARL, tier=0), quiet_deputy) == [_CORA, _CARL]


def test_where_everybody_is_away_the_coordinators_know_all_the_same() -> None:
    assert _ids(Holder(id=_CORA, tier=0, away=True), Holder(id=_ALT, tier=3, away=True)) == [_CORA]


def test_a_weekend_is_no_silence() -> None:
    friday, monday = datetime(2026, 11, 20, 21, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC)
    policy = DeadlinePolicy()  # the working day is nine hours: Friday 16:00 to Monday 10:00 is three of them
    assert not is_silent(friday, friday, monday, 4, policy=policy, zone=_ZONE)
    assert is_silent(friday, friday, monday, 3, policy=policy, zone=_ZONE)
    holiday = frozenset({date(2026, 11, 23)})
    assert not is_silent(friday, friday, monday, 3, policy=policy, zone=_ZONE, holidays=holiday)


def test_whoever_never_signed_in_is_counted_from_the_opening() -> None:
    opened, later = datetime(2026, 11, 24, 15, tzinfo=UTC), datetime(2026, 11, 24, 19, tzinfo=UTC)
    assert not is_silent(None, opened, later, 5, policy=DeadlinePolicy(), zone=_ZONE)
    assert is_silent(None, opened, later, 4, policy=DeadlinePolicy(), zone=_ZONE)
