"""What the database itself refuses or keeps: unique keys, instants, references; nothing readable at rest."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError, StatementError

from store.database import Database
from store.models import Cohort, ContactPoint, GroupPlace, Incident, Member, Message, SupportRequest
from store.sealing import Vault
from tests.dump import dump
from tests.store import rows

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=0),
        datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=1),
        datetime(2026, 3, 8, 3, 30, tzinfo=NEW_YORK),
        datetime(2026, 6, 1, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ],
)
def test_an_instant_comes_back_as_the_same_instant_in_utc(
    database: Database, vault: Vault, instant: datetime
) -> None:
    with database.writes.begin() as session:
        rows.add_member(session, vault, instant)
    with database.reads() as session:
        found = session.scalar(select(Member.created_at))
        assert session.scalar(select(Member.ref).where(Member.created_at == instant)) == "m001"
    assert found is not None
    assert (found, found.tzinfo) == (instant.astimezone(UTC), UTC)


def test_a_naive_instant_is_refused(database: Database, vault: Vault) -> None:
    with pytest.raises(StatementError, match="aware"), database.writes.begin() as session:
        rows.add_member(session, vault, datetime(2026, 11, 24, 15, 0))


def test_a_message_exists_once_under_its_natural_key(database: Database, now: datetime) -> None:
    with database.writes.begin() as session:
        session.add(rows.message(now, "nudge:m001:night shift:weekly:3"))
    with pytest.raises(IntegrityError), database.writes.begin() as session:
        session.add(rows.message(now, "nudge:m001:night shift:weekly:3"))
    with database.reads() as session:
        assert len(session.scalars(select(Message)).all()) == 1


def test_a_member_has_one_active_place_a_cohort(database: Database, vault: Vault, now: datetime) -> None:
    with database.writes.begin() as session:
        members = [rows.add_member(session, vault, now, f"m{n:03}").id for n in range(4)]
        cohorts = [Cohort(name=name, created_at=now) for name in ("residents", "nurses")]
        session.add_all(cohorts)
        session.flush()
        first = rows.add_round(session, now, cohorts[0])
        other = rows.add_round(session, now, cohorts[1])
        rows.add_group(session, now, first, members[0], members[1])
        rows.add_group(session, now, other, members[0], members[2])  # another cohort
        rows.add_group(session, now, first, members[0], members[3], active=False)  # a group of the past
    with pytest.raises(IntegrityError), database.writes.begin() as session:
        rows.add_group(session, now, first, members[0], members[3])
    with database.reads() as session:
        places = session.scalars(select(GroupPlace).where(GroupPlace.member_id == members[0])).all()
    assert sorted(place.active for place in places) == [False, True, True]


@pytest.mark.parametrize("state", ["pending", "open", "matched", "contacted"])
def test_a_member_has_one_open_support_request(
    database: Database, vault: Vault, now: datetime, state: str
) -> None:
    with database.writes.begin() as session:
        member = rows.add_member(session, vault, now).id
        closed = [
            SupportRequest(member_id=member, state="closed", source="self", asked_at=now) for _ in range(2)
        ]
        session.add_all([*closed, SupportRequest(member_id=member, state=state, source="self", asked_at=now)])
    with pytest.raises(IntegrityError), database.writes.begin() as session:
        session.add(SupportRequest(member_id=member, state="pending", source="self", asked_at=now))


def test_a_number_has_one_open_incident(database: Database, vault: Vault, now: datetime) -> None:
    with database.writes.begin() as session:
        session.add_all(
            [
                rows.incident(vault, now, rows.PHONE, "closed"),
                rows.incident(vault, now, rows.PHONE, "acknowledged"),
                rows.incident(vault, now, "+12025550199"),
            ]
        )
    with pytest.raises(IntegrityError), database.writes.begin() as session:
        session.add(rows.incident(vault, now, rows.PHONE))
    with database.reads() as session:
        assert len(session.scalars(select(Incident)).all()) == 3


def test_a_number_belongs_to_one_member(database: Database, vault: Vault, now: datetime) -> None:
    with database.writes.begin() as session:
        one, other = (rows.add_member(session, vault, now, ref) for ref in ("m001", "m002"))
        rows.add_contact(session, vault, one, "sms", rows.PHONE)
    with pytest.raises(IntegrityError), database.writes.begin() as session:
        rows.add_contact(session, vault, other, "sms", rows.PHONE)


def test_what_belongs_to_a_member_goes_with_the_member(
    database: Database, vault: Vault, now: datetime
) -> None:
    with database.writes.begin() as session:
        member = rows.add_member(session, vault, now)
        rows.add_contact(session, vault, member, "sms", rows.PHONE)
        sent = rows.message(now, "nudge:1")
        sent.member_id = member.id
        session.add(sent)
    with database.writes.begin() as session:
        session.execute(delete(Member))
    with database.reads() as session:
        assert session.scalars(select(ContactPoint)).all() == []
        assert session.scalars(select(Message.member_id)).all() == [None]


def test_a_dump_holds_no_name_number_address_or_word_of_a_member(
    database: Database, vault: Vault, now: datetime
) -> None:
    with database.writes.begin() as session:
        member = rows.add_member(session, vault, now, "known-by-this-ref")
        rows.add_contact(session, vault, member, "sms", rows.PHONE)
        rows.add_contact(session, vault, member, "email", rows.EMAIL)
        session.add(rows.incident(vault, now, rows.PHONE))
    dumped = dump(database).lower()
    assert b"known-by-this-ref" in dumped  # the dump does show what is not sealed
    secrets = [rows.NAME, "Quintanilla", rows.PHONE, "2025550147", rows.EMAIL, "Palliative", "Oncology-7"]
    for secret in [*secrets, "I cannot go on"]:
        assert secret.lower().encode() not in dumped


def test_an_error_names_no_value(database: Database, vault: Vault, now: datetime) -> None:
    with database.writes.begin() as session:
        session.add(rows.message(now, "said-out-loud"))
    doubled = rows.message(now, "said-out-loud")
    doubled.reason = "a-private-reason"
    with pytest.raises(IntegrityError) as refused, database.writes.begin() as session:
        session.add(doubled)
    assert "a-private-reason" not in str(refused.value)
