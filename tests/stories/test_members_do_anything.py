"""Whatever members do, in whatever order: nobody nudged without consent, nobody in two groups of a cohort, a STOP never
undone, a never-rule never broken, nobody told who asked."""

import tempfile
from collections import Counter
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from engine import change_membership, choose_buddy, erase_member, keep_group, mourn_member, part_ways
from engine.deployment import Deployment
from engine.import_members import import_members
from engine.rotate import RotationRefused, RoundPlan, plan_round, store_round
from engine.staff import sync_staff
from engine.tick import tick
from nudges.holds import local_day
from store.database import open_database
from store.models import (
    AuditEntry,
    BuddyGroup,
    ContactPoint,
    GroupPlace,
    Invitation,
    Member,
    Message,
    Suppression,
)
from tests.conftest import NOW, VAULT
from tests.databases import SqliteFiles
from tests.stories.world import WorldClock, story_program
from tests.web.hospital import Outbox

REFS = tuple(f"m{number}" for number in range(1, 7))
WHO = st.sampled_from(REFS)
GRACE = timedelta(minutes=1)


def _machine(files: SqliteFiles) -> type[RuleBasedStateMachine]:
    class Members(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.folder = tempfile.TemporaryDirectory()
            database = open_database(files.copy_to(Path(self.folder.name) / "members.db"))
            self.outbox = Outbox("sms", "twilio:test")
            self.clock = WorldClock(NOW)
            self.deployment = Deployment(
                database=database, vault=VAULT, program=story_program(), channels={"sms": self.outbox}
            )
            sync_staff(self.deployment, NOW)
            rows = [self._row(ref) for ref in REFS]
            import_members(self.deployment, enumerate(rows, 2), now=NOW, cohort="c")
            self.ids = self._ids()
            self.stopped: set[str] = set()  # phones that said stop, and did not say start
            self.apart: dict[frozenset[UUID], object] = {}  # pairs, and since when
            self.seen = 0

        def teardown(self) -> None:
            self.deployment.database.close()
            self.folder.cleanup()

        def _row(self, ref: str) -> dict[str, str]:
            consent = "" if ref == "m6" else "yes"
            return {"id": ref, "name": ref, "phone": f"+120255501{ref[1]:0>2}", "sms_consent": consent}

        def _ids(self) -> dict[str, UUID]:
            with self.deployment.database.reads() as session:
                return {one.ref: one.id for one in session.scalars(select(Member))}

        def _phone(self, ref: str) -> str:
            return self._row(ref)["phone"]

        @rule(who=WHO)
        def stops(self, who: str) -> None:
            if who in self.ids:
                change_membership.stop_messages(self.deployment, self.ids[who], "page", self.clock.now())
                self.stopped.add(self._phone(who))

        @rule(who=WHO)
        def starts(self, who: str) -> None:
            if who in self.ids and change_membership.start_messages(
                self.deployment, self.ids[who], "sms", self.clock.now()
            ):
                self.stopped.discard(self._phone(who))

        @rule(who=WHO)
        def is_on_a_list_again(self, who: str) -> None:
            import_members(self.deployment, [(2, self._row(who))], now=self.clock.now(), cohort="c")
            self.ids = self._ids()

        @rule(who=WHO, days=st.integers(1, 20))
        def pauses(self, who: str, days: int) -> None:
            if who in self.ids:
                change_membership.pause_for(
                    self.deployment, self.ids[who], timedelta(days=days), self.clock.now()
                )

        @rule(one=WHO, other=WHO)
        def chooses(self, one: str, other: str) -> None:
            if one not in self.ids or other not in self.ids:
                return
            try:
                token = choose_buddy.invite_friend(self.deployment, self.ids[one], self.clock.now())
            except choose_buddy.TooManyInvitations:
                return
            with self.deployment.database.reads() as session:
                row = choose_buddy.invitation_of(session, token, self.clock.now())
                assert isinstance(row, Invitation)
            choose_buddy.accept(self.deployment, row.id, self.ids[other], self.clock.now())

        @rule(one=WHO, other=WHO)
        def wants_never(self, one: str, other: str) -> None:
            if one != other and one in self.ids and other in self.ids:
                now = self.clock.now()
                part_ways.never_with_address(self.deployment, self.ids[one], self._phone(other), now)
                self.apart.setdefault(frozenset((self.ids[one], self.ids[other])), now)

        @rule(who=WHO, choice=st.sampled_from(list(keep_group.Choice)))
        def wishes(self, who: str, choice: keep_group.Choice) -> None:
            if who in self.ids:
                keep_group.wish(self.deployment, self.ids[who], choice, self.clock.now())

        @rule(who=WHO)
        def wants_a_change(self, who: str) -> None:
            if who in self.ids:
                part_ways.ask_for_change(self.deployment, self.ids[who], self.clock.now())

        @rule(who=WHO)
        def leaves(self, who: str) -> None:
            if who in self.ids:
                erase_member.leave(self.deployment, self.ids[who], self.clock.now())

        @rule(who=WHO)
        def is_forgotten(self, who: str) -> None:
            if who in self.ids:
                now = self.clock.now()
                erase_member.erase_member(self.deployment, self.ids.pop(who), now, actor="a member")
                self.stopped.add(self._phone(who))

        @precondition(lambda self: len(self.ids) > 3)
        @rule(who=WHO)
        def dies(self, who: str) -> None:
            if who in self.ids:
                mourn_member.mourn_member(
                    self.deployment, self.ids[who], self.clock.now(), actor="staff:cora"
                )

        @rule()
        def a_round_is_published(self) -> None:
            planned = plan_round(self.deployment, "c", now=self.clock.now(), early=True)
            if isinstance(planned, RoundPlan) and planned.groups:
                try:
                    store_round(self.deployment, planned, now=self.clock.now(), publish=True, actor="system")
                except RotationRefused:
                    return

        @rule(hours=st.sampled_from([1, 26, 24 * 7, 24 * 30]))
        def time_passes(self, hours: int) -> None:
            self.clock.at += timedelta(hours=hours)
            tick(self.deployment, self.clock)
            self._look_at_what_went()

        def _look_at_what_went(self) -> None:
            fresh, self.seen = self.outbox.sent[self.seen :], len(self.outbox.sent)
            with self.deployment.database.reads() as session:
                points = {VAULT.open(p.address_sealed, "contact_point", "address", p.id): p
                          for p in session.scalars(select(ContactPoint))}  # fmt: skip
                for one in fresh:
                    if one.to not in points:  # staff
                        assert one.kind.endswith("_notice"), one.kind
                        continue
                    point = points[one.to]
                    assert point.consented, one.kind
                    assert one.to not in self.stopped, one.kind
                    member = session.get_one(Member, point.member_id)
                    assert not member.is_mourned
                    today = local_day(self.clock.now(), member.timezone)
                    assert member.paused_until is None or member.paused_until <= today, one.kind

        @invariant()
        def nobody_is_in_two_groups(self) -> None:
            with self.deployment.database.reads() as session:
                places = session.scalars(select(GroupPlace).where(GroupPlace.active)).all()
            assert max(Counter(place.member_id for place in places).values(), default=1) == 1

        @invariant()
        def those_who_are_apart_are_never_brought_together(self) -> None:
            with self.deployment.database.reads() as session:
                for group in session.scalars(select(BuddyGroup).where(BuddyGroup.state == "active")):
                    seated = [place.member_id for place in group.places if place.active]
                    for pair in map(frozenset, combinations(seated, 2)):
                        since = self.apart.get(pair)
                        assert since is None or group.started_at <= since  # type: ignore[operator]

        @invariant()
        def a_stop_stands(self) -> None:
            with self.deployment.database.reads() as session:
                listed = set(session.scalars(select(Suppression.address_index)))
            assert {VAULT.index(phone, "sms") for phone in self.stopped} <= listed

        @invariant()
        def nobody_is_told_who_asked(self) -> None:
            with self.deployment.database.reads() as session:
                notices = session.scalars(select(Message).where(Message.kind == "rematch_notice")).all()
                actions = set(session.scalars(select(AuditEntry.action)))
            assert all(one.member_id is None and one.group_id is None for one in notices)
            assert not {one for one in actions if "wish" in one or "never" in one or "rematch" in one}

    return Members


@pytest.mark.sqlite
def test_whatever_members_do_in_whatever_order(sqlite_files: SqliteFiles) -> None:
    run_state_machine_as_test(
        _machine(sqlite_files),
        settings=settings(
            max_examples=6, stateful_step_count=20, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
