"""After somebody acknowledged: reminded, taken back, told who has it, apologized for, looked after."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.engine_health import engine_health
from engine.handle_incident import acknowledge, close_incident, note_try
from engine.look_after import record_aftercare
from engine.page_responders import page_responders
from engine.program import StaffEntry
from engine.responders import NotYours
from engine.staff import staff_by_ref, sync_staff
from escalation.incidents import AlreadyTaken, IncidentOutcome, NotAllowed
from escalation.roster import Override, Responder
from store.models import Aftercare, Incident, Member, Staff
from tests.stories.world import RESPONDER_PHONE, World

ONE, TWO, SECOND = "+12025550101", "+12025550102", "+12025550191"


def staff_of(world: World, ref: str = "rene") -> Staff:
    with world.deployment.database.reads() as session:
        found = staff_by_ref(session, ref)
    assert found is not None
    return found


def take(world: World, incident: UUID, ref: str = "rene", minutes: int = 5) -> Incident:
    now = world.clock.now()
    taken = acknowledge(
        world.deployment, incident, staff_of(world, ref), call_by=now + timedelta(minutes=minutes),
        calling_now=False, now=now,
    )  # fmt: skip
    world.tick()
    return taken


def add_second(world: World, **columns: object) -> None:
    """Somebody else in the chain, after the first."""
    program = world.deployment.program
    seth = StaffEntry(
        id="seth", name="Seth Econd", email=None, phone=SECOND, unit="Surgery", roles=frozenset({"responder"})
    )
    seth = replace(seth, **columns)  # type: ignore[arg-type]
    people = (
        *program.roster.responders,
        Responder(id="seth", name="Seth Econd", role="chaplain", media=("sms",)),
    )
    shifts = tuple(replace(shift, chain=("rene", "seth")) for shift in program.roster.shifts)
    roster = replace(program.roster, responders=people, shifts=shifts)
    program = replace(program, staff=(*program.staff, seth), roster=roster)
    world.deployment = replace(world.deployment, program=program)
    sync_staff(world.deployment, world.clock.now())


@pytest.fixture
def incident(world: World) -> UUID:
    world.enrol({"unit": "Oncology"}, {"unit": "Surgery"})
    world.text(ONE, "I want to die")
    (found,) = world.incidents()
    return found.id


def test_a_silent_responder_is_reminded_then_the_incident_is_taken_back_and_paged_on(
    world: World, incident: UUID
) -> None:
    add_second(world)
    take(world, incident)
    world.advance(minutes=20)
    assert "how it stands" in world.phone(RESPONDER_PHONE)[-1]
    assert world.incidents()[0].state == "acknowledged"
    world.advance(minutes=15)
    assert world.incidents()[0].state == "open"
    assert "do not wait for us" in world.phone(ONE)[-1]
    assert "do not know" in world.phone(ONE)[-1]
    assert world.phone(SECOND)  # the chain goes on, it does not begin with the one who was silent


def test_a_call_that_reached_nobody_keeps_the_incident_with_the_responder(
    world: World, incident: UUID
) -> None:
    take(world, incident)
    world.advance(minutes=10)
    note_try(world.deployment, incident, staff_of(world), world.clock.now())
    world.advance(minutes=14)
    (shown,) = world.incidents()
    assert (shown.state, shown.tries, shown.reminded_at) == ("acknowledged", 1, None)
    world.advance(minutes=2)
    assert world.incidents()[0].reminded_at is not None


def test_of_two_responders_at_once_one_wins_and_the_other_is_told_who(world: World, incident: UUID) -> None:
    add_second(world)

    def press(ref: str) -> str:
        try:
            take_quietly(world, incident, ref)
        except AlreadyTaken as fault:
            return fault.responder
        return ref

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(press, ("rene", "seth")))
    names = {"rene": "Rene Sponder", "seth": "Seth Econd"}
    (winner,) = [ref for ref in ended if ref in names]
    assert names[winner] in ended
    world.tick()
    assert names[winner] in world.phone(ONE)[-1]


def take_quietly(world: World, incident: UUID, ref: str) -> None:
    now = world.clock.now()
    acknowledge(world.deployment, incident, staff_of(world, ref), call_by=now, calling_now=True, now=now)


def test_who_takes_it_twice_has_taken_it_once(world: World, incident: UUID) -> None:
    take(world, incident)
    told = len(world.phone(ONE))
    take(world, incident)
    assert len(world.phone(ONE)) == told


@pytest.mark.parametrize("act", ["take", "try", "close"])
@pytest.mark.parametrize("ref", ["cora", "seth"])
def test_whose_case_it_is_not_can_neither_take_nor_close_it(
    world: World, incident: UUID, act: str, ref: str
) -> None:
    add_second(world, unit="Oncology")  # of the member's own unit
    now, person = world.clock.now(), staff_of(world, ref)
    acts: dict[str, Callable[[], object]] = {
        "take": lambda: acknowledge(
            world.deployment, incident, person, call_by=now, calling_now=True, now=now
        ),
        "try": lambda: note_try(world.deployment, incident, person, now),
        "close": lambda: close_incident(world.deployment, incident, person, IncidentOutcome.REACHED, now),
    }
    with pytest.raises(NotYours):
        acts[act]()
    assert world.incidents()[0].state == "open"


def test_a_case_that_nobody_on_call_may_have_goes_to_the_alternate(world: World) -> None:
    world.enrol({"unit": "Emergency"})
    add_second(world)
    program = world.deployment.program
    shifts = tuple(replace(shift, chain=("rene",)) for shift in program.roster.shifts)
    roster = replace(program.roster, shifts=shifts, alternates=("seth",))
    world.deployment = replace(world.deployment, program=replace(program, roster=roster))
    world.text(ONE, "I want to die")
    assert "alerting our on-call chaplain" in world.phone(ONE)[-1]
    assert world.phone(RESPONDER_PHONE) == []
    assert len(world.phone(SECOND)) == 1


def test_somebody_whom_nothing_reaches_is_not_promised(world: World) -> None:
    world.enrol({})
    program = world.deployment.program
    unreachable = tuple(replace(one, media=("call",)) for one in program.roster.responders)
    roster = replace(program.roster, responders=unreachable)
    world.deployment = replace(world.deployment, program=replace(program, roster=roster))
    world.text(ONE, "I want to die")
    assert "alerting" not in world.phone(ONE)[-1]
    assert "nobody can be reached" in world.phone(ONE)[-1]


def test_the_answer_says_why_nobody_is_on_call_and_when_that_ends(world: World) -> None:
    world.enrol({})
    program, now = world.deployment.program, world.clock.now()
    away = Override(starts=now - timedelta(hours=1), ends=now + timedelta(hours=2), chain=())
    roster = replace(program.roster, overrides=(away,))
    world.deployment = replace(world.deployment, program=replace(program, roster=roster))
    world.text(ONE, "I want to die")
    assert "on-call hours begin at" in world.phone(ONE)[-1]
    assert world.phone(RESPONDER_PHONE) == []
    assert any("nobody is on call" in subject for subject in world.mailbox("coordinator@example.org"))
    world.advance(hours=2, minutes=1)
    assert world.phone(RESPONDER_PHONE)


def test_who_writes_while_a_human_has_it_is_told_who_and_when(world: World, incident: UUID) -> None:
    take(world, incident, minutes=10)
    world.text(ONE, "I want to die")
    assert "Rene Sponder" in world.phone(ONE)[-1]
    assert "alerting" not in world.phone(ONE)[-1]
    assert "written again" in world.phone(RESPONDER_PHONE)[-1]


def test_ten_texts_in_a_minute_are_one_page_and_all_of_them_are_there_to_read(
    world: World, incident: UUID
) -> None:
    world.text(ONE, "I want to kill myself tonight")
    assert len(world.phone(RESPONDER_PHONE)) == 1
    (row,) = world.incidents()
    assert row.text_sealed is not None
    kept = world.deployment.vault.open(row.text_sealed, "incident", "text", row.id)
    assert kept.splitlines() == ["I want to die", "I want to kill myself tonight"]


def test_a_false_alarm_is_apologized_for_and_owes_nothing_more(world: World, incident: UUID) -> None:
    take(world, incident)
    close_incident(
        world.deployment, incident, staff_of(world), IncidentOutcome.FALSE_ALARM, world.clock.now()
    )
    world.tick()
    apology = world.phone(ONE)[-1]
    assert "Sorry for the alarm" in apology
    assert "988" in apology
    (row,) = world.incidents()
    assert (row.text_sealed, row.from_sealed, row.from_index) == (None, None, "")


def test_who_was_called_in_vain_is_told_so(world: World, incident: UUID) -> None:
    take(world, incident)
    close_incident(
        world.deployment, incident, staff_of(world), IncidentOutcome.UNREACHABLE, world.clock.now()
    )
    world.tick()
    assert "could not reach you" in world.phone(ONE)[-1]


def looks(world: World) -> list[Aftercare]:
    with world.deployment.database.reads() as session:
        return list(session.scalars(select(Aftercare).order_by(Aftercare.due_at)))


def test_three_days_and_a_month_later_the_responder_looks_again(world: World, incident: UUID) -> None:
    take(world, incident)
    close_incident(world.deployment, incident, staff_of(world), IncidentOutcome.REACHED, world.clock.now())
    pages = len(world.phone(RESPONDER_PHONE))
    world.advance(hours=71)
    assert len(world.phone(RESPONDER_PHONE)) == pages
    world.advance(hours=2)
    assert "second look" in world.phone(RESPONDER_PHONE)[-1]
    assert "Member1" not in world.phone(RESPONDER_PHONE)[-1]
    first, last = looks(world)
    assert record_aftercare(world.deployment, first.id, staff_of(world), world.clock.now())
    assert not record_aftercare(world.deployment, first.id, staff_of(world), world.clock.now())
    world.advance(days=28)
    assert "second look" in world.phone(RESPONDER_PHONE)[-1]
    assert world.incidents()[0].from_sealed is not None
    record_aftercare(world.deployment, last.id, staff_of(world), world.clock.now())
    assert world.incidents()[0].from_sealed is None


def test_a_look_that_nobody_takes_is_told_to_those_who_answer_for_the_program(
    world: World, incident: UUID
) -> None:
    take(world, incident)
    close_incident(world.deployment, incident, staff_of(world), IncidentOutcome.REACHED, world.clock.now())
    world.advance(days=4, hours=1)
    assert any("second look" in subject for subject in world.mailbox("director@example.org"))


def test_a_closed_incident_cannot_be_taken(world: World, incident: UUID) -> None:
    take(world, incident)
    close_incident(world.deployment, incident, staff_of(world), IncidentOutcome.REACHED, world.clock.now())
    with pytest.raises(NotAllowed):
        take(world, incident)


def test_an_incident_that_fails_shows_in_the_health_and_holds_up_nobody_elses_page(
    world: World,
) -> None:
    world.enrol({}, {})
    world.text(ONE, "I want to die")
    world.text(TWO, "I want to kill myself")
    broken, other = world.incidents()
    with world.deployment.database.writes.begin() as session:
        session.get_one(Member, broken.member_id).attributes_sealed = b"nothing that was sealed here"
    before = other.pages
    assert "unpaged" not in troubles(world)
    world.clock.sleep(timedelta(minutes=30))
    assert page_responders(world.deployment, world.clock.now()) == 1
    (again,) = (one for one in world.incidents() if one.id == other.id)
    assert again.pages == before + 1
    assert "unpaged" in troubles(world)


def troubles(world: World) -> set[str]:
    return {trouble.what for trouble in engine_health(world.deployment, world.clock).troubles}
