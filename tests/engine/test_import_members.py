"""A member list is taken whole or not at all."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from engine.deployment import Deployment
from engine.import_members import ImportRefused, import_members
from store.members import attributes_of, exclusions, member_by_ref
from store.models import Consent, Member

ROW = {"id": "a", "name": "Ann", "phone": "+12025550101", "sms_consent": "yes", "specialty": "Surgery"}


def count(deployment: Deployment) -> int:
    with deployment.database.reads() as session:
        return session.scalar(select(func.count()).select_from(Member)) or 0


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"phone": "911"}, "phone", "not a number"),
        ({"phone": "2025550101x5"}, "phone", "extension"),
        ({"email": "ann at example"}, "email", "mail address"),
        ({"timezone": "Mars/Olympus"}, "timezone", "IANA"),
        ({"status": "gone"}, "status", "active, paused or left"),
        ({"away_until": "3/5/2026"}, "away_until", "2026-12-31"),
        ({"away_from": "2026-05-02", "away_until": "2026-05-01"}, "away_until", "before"),
        ({"work_days": "Funday"}, "work_days", "Mon-Fri"),
        ({"sms_consent": "maybe"}, "sms_consent", "yes or no"),
        ({"buddy": "zz"}, "buddy", "no such member"),
        ({"never": "a"}, "never", "own id"),
        ({"id": ""}, "id", "needs an id"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column_and_nothing_is_stored(
    deployment: Deployment, now: datetime, cells: dict[str, str], column: str, says: str
) -> None:
    with pytest.raises(ImportRefused) as refusal:
        import_members(deployment, [(2, {"id": "b"}), (3, ROW | cells)], now=now)
    fault = refusal.value.faults[0]
    assert (fault.line, fault.column) == (3, column)
    assert says in fault.mend
    assert count(deployment) == 0


def test_all_that_is_wrong_with_a_row_is_told_at_once(deployment: Deployment, now: datetime) -> None:
    wrong = ROW | {"phone": "911", "timezone": "Mars/Olympus", "buddy": "zz"}
    with pytest.raises(ImportRefused) as refusal:
        import_members(deployment, [(2, ROW), (3, wrong)], now=now)
    assert {(fault.line, fault.column) for fault in refusal.value.faults} == {
        (3, "phone"), (3, "timezone"), (3, "id"), (3, "buddy"),
    }  # fmt: skip


def test_one_number_in_two_spellings_is_an_error_that_names_both_rows(
    deployment: Deployment, now: datetime
) -> None:
    with pytest.raises(ImportRefused, match=r"line 2 \(a\)"):
        import_members(deployment, [(2, ROW), (3, {"id": "b", "phone": "(202) 555-0101"})], now=now)


def test_a_number_of_somebody_else_is_refused(deployment: Deployment, now: datetime) -> None:
    import_members(deployment, [(2, ROW)], now=now)
    with pytest.raises(ImportRefused, match="member a"):
        import_members(deployment, [(2, {"id": "b", "phone": "+1 202 555 0101"})], now=now)


def test_a_blank_cell_leaves_and_a_dash_clears(deployment: Deployment, now: datetime) -> None:
    import_members(deployment, [(2, ROW | {"away_until": "2026-12-24"})], now=now)
    import_members(deployment, [(2, {"id": "a", "specialty": "", "unit": "ICU"})], now=now)
    with deployment.database.reads() as session:
        member = member_by_ref(session, "a")
        assert member is not None
        assert attributes_of(deployment.vault, member) == {"specialty": ["Surgery"], "unit": ["ICU"]}
        assert member.away_until is not None
    import_members(deployment, [(2, {"id": "a", "specialty": "-", "away_until": "-"})], now=now)
    with deployment.database.reads() as session:
        member = member_by_ref(session, "a")
        assert member is not None
        assert attributes_of(deployment.vault, member) == {"unit": ["ICU"]}
        assert member.away_until is None


def test_consent_is_recorded_with_its_wording_once(deployment: Deployment, now: datetime) -> None:
    for _ in range(2):
        import_members(deployment, [(2, ROW)], now=now)
    import_members(deployment, [(2, {"id": "a", "sms_consent": "no"})], now=now)
    with deployment.database.reads() as session:
        acts = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(act.medium, act.given) for act in acts] == [("sms", True), ("sms", False)]
    assert "limits of confidentiality" in acts[0].wording


def test_a_dry_run_stores_nothing(deployment: Deployment, now: datetime) -> None:
    report = import_members(deployment, [(2, ROW)], now=now, dry_run=True)
    assert (report.added, count(deployment)) == (1, 0)


def test_never_is_kept_sealed_and_once(deployment: Deployment, now: datetime) -> None:
    for _ in range(2):
        import_members(deployment, [(2, ROW | {"never": "b"}), (3, {"id": "b", "never": "a"})], now=now)
    with deployment.database.reads() as session:
        assert len(list(exclusions(session, deployment.vault))) == 1
