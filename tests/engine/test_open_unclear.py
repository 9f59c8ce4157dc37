"""A text that nobody could place is opened by a clinician who may, and the member can read that it was."""

from datetime import timedelta
from uuid import UUID

import pytest

from engine.note_look import note_look
from engine.open_unclear import open_unclear, unclear_texts
from store.models import AuditEntry, UnclearReply, new_id
from tests.engine.people import MEMBERS, Town

LASTS = timedelta(hours=72)


@pytest.fixture
def clinic(town: Town) -> Town:
    """With a reviewer, and one text of the first member."""
    town.change_staff("cleo", email="cleo@example.org", roles=frozenset({"clinical_reviewer"}))
    row = new_id()
    sealed = town.deployment.vault.seal("blue elephants", "unclear_reply", "text", row)
    with town.deployment.database.writes.begin() as session:
        session.add(
            UnclearReply(
                id=row, member_id=town.member(), text_sealed=sealed, received_at=town.now,
                expires_at=town.now + LASTS,
            )
        )  # fmt: skip
    return town


def waiting(clinic: Town, later: timedelta = timedelta()) -> list[UUID]:
    with clinic.deployment.database.reads() as session:
        found = unclear_texts(session, clinic.deployment, clinic.staff("cleo"), clinic.now + later)
        return [row.id for row in found]


def test_opening_shows_text_and_name_and_notes_each_look(clinic: Town) -> None:
    (row,) = waiting(clinic)
    cleo = clinic.staff("cleo")
    for later in (timedelta(), timedelta(hours=1)):
        opened = open_unclear(clinic.deployment, row, staff_id=cleo, now=clinic.now + later)
        assert opened is not None
        assert (opened.name, opened.text) == ("Marisol Quintanilla", "blue elephants")
        assert ("sms", "+12025550101") in opened.contacts
    (kept,) = clinic.rows(UnclearReply)
    assert (kept.opened_by, kept.opened_at) == (cleo, clinic.now)
    looks = clinic.rows(AuditEntry, action="looked_at_unclear_text")
    assert [(look.actor, look.subject) for look in looks] == [("staff:cleo", str(clinic.member()))] * 2


@pytest.mark.parametrize("same", [{"unit": "Oncology"}, {"phone": "+12025550101"}])
def test_a_text_of_ones_own_unit_or_of_ones_own_is_not_shown_or_opened(
    clinic: Town, same: dict[str, str]
) -> None:
    (row,) = waiting(clinic)
    clinic.change_staff("cleo", **same)
    assert waiting(clinic) == []
    assert open_unclear(clinic.deployment, row, staff_id=clinic.staff("cleo"), now=clinic.now) is None
    assert clinic.trail() == []


def test_a_never_rule_holds_for_the_reviewer(clinic: Town) -> None:
    clinic.change_staff("cleo", email=MEMBERS[1]["email"])
    assert len(waiting(clinic)) == 1
    clinic.exclude("m2", "m1")
    assert waiting(clinic) == []


def test_a_text_that_is_over_is_not_shown(clinic: Town) -> None:
    assert waiting(clinic, LASTS) == []


def test_a_look_at_a_stranger_is_noted_without_a_subject(town: Town) -> None:
    note_look(town.deployment, actor="staff:rene", what="incident", member_id=None, now=town.now)
    (entry,) = town.rows(AuditEntry, action="looked_at_incident")
    assert (entry.actor, entry.subject) == ("staff:rene", None)
