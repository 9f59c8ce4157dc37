"""What a program file may say, over the built-in one, and how its faults are told."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from config.program import ProgramFault, load_program_file
from config.yamlfile import YamlFault, read_yaml
from engine.program import Program
from escalation.roster import on_call
from nudges.cadence import Cadence
from scripts.program import load_program

_OWN = """\
name: Side by Side
zone: America/Chicago
quiet_hours: {starts: 22:00, ends: 07:00}
holidays: [2026-12-25]
staff:
  - {id: ana, name: Ana Silva, email: ana@example.org, phone: (202) 555-0140, unit: Quality,
     roles: [coordinator, responder]}
  - {id: ben, name: Ben Okafor, phone: +12025550141, roles: [director]}
on_call:
  hours:
    - {days: [mon, tue], starts: 20:00, ends: 08:00, chain: [ana, ben]}
pathway: {deputy: ben, hours: working}
prompts:
  weekly: ["What made you smile?"]
wording:
  sms:
    thanks: Danke! {crisis}
pairing:
  never:
    - {attribute: unit, rule: same}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A program file with the usual changes."""
    path = tmp_path / "program.yaml"
    path.write_text(_OWN)
    return path


def _faults(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(ProgramFault) as caught:
        load_program(path)
    return [fault.removeprefix(f"{path}:") for fault in caught.value.faults]


def test_the_built_in_program_is_whole() -> None:
    found = load_program()
    assert [cadence.kind for cadence in found.cadences] == ["weekly", "monthly", "quarterly"]
    assert found.quiet.starts == time(21)
    assert (found.window.starts, found.window.ends) == (time(8), time(11))
    assert found.work_days == {0, 1, 2, 3, 4}
    assert found.fields()["crisis_how"] == "call or text 988"
    assert found.fields()["emergency"] == "911"
    assert found.fields()["coordinator"] == "the program coordinator"
    assert found.roster.shifts == ()
    assert found.deadline_policy.match_hours == 24


def test_a_program_file_needs_only_what_differs(written: Path) -> None:
    found = load_program(written)
    assert (found.name, found.zone, found.organisation) == (
        "Side by Side",
        "America/Chicago",
        "your organization",
    )
    assert (found.quiet.starts, found.quiet.ends) == (time(22), time(7))
    assert found.holidays.own == {date(2026, 12, 25)}
    assert [person.phone for person in found.staff] == ["+12025550140", "+12025550141"]
    assert [person.id for person in found.staff_with("director")] == ["ben"]
    assert found.fields()["coordinator"] == "Ana Silva"
    assert found.deputy == "ben"
    assert found.deadline_policy.working_hours
    assert found.paging.every == timedelta(minutes=5)
    assert found.wording.sms["thanks"] == "Danke! {crisis}"
    assert "{link}" in found.wording.sms["nudge"]
    assert found.pairing == {"never": [{"attribute": "unit", "rule": "same"}]}
    assert found.folder == written.parent


def test_the_roster_reaches_each_person_by_what_they_have(written: Path) -> None:
    roster = load_program(written).roster
    chain = on_call(roster, datetime(2026, 11, 24, 4, 0, tzinfo=UTC))  # Monday, 22:00 in Chicago
    assert [(person.id, person.media) for person in chain] == [
        ("ana", ("sms", "email", "call", "webhook")),
        ("ben", ("sms", "call", "webhook")),
    ]


def test_own_prompts_come_before_the_built_in_ones(written: Path) -> None:
    prompts = load_program(written).prompts["weekly"]
    assert prompts[0] == "What made you smile?"
    assert len(prompts) == len(load_program().prompts["weekly"]) + 1


def test_an_empty_file_and_empty_blocks_are_the_built_in_program(tmp_path: Path) -> None:
    path = tmp_path / "program.yaml"
    for text in ("", "# nothing yet\n", "wording:\nwindow:\n"):
        path.write_text(text)
        assert load_program(path).wording == load_program().wording


def test_a_programs_clock_takes_a_members_own_days(written: Path) -> None:
    program = load_program(written)
    clock = program.clock("Europe/London", "56")
    assert (clock.zone, clock.work_days, clock.holidays) == ("Europe/London", {5, 6}, program.holidays)
    assert program.clock("Europe/London").work_days == program.work_days


def test_instants_are_said_as_in_a_message() -> None:
    program = load_program()
    assert program.local_time(datetime(2026, 11, 25, 19, 5, tzinfo=UTC)) == "by 2:05 PM on Wed Nov 25"
    assert program.local_time(datetime(2026, 11, 25, 5, 0, tzinfo=UTC)) == "by 12:00 AM on Wed Nov 25"
    assert program.local_day(date(2026, 12, 6)) == "on Sun Dec 6"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nam: X", "1: nam: there is no such key; did you mean 'name'?"),
        (
            "\nzone: Mars/Olympus",
            "2: zone: 'Mars/Olympus': must be an IANA time zone such as America/Chicago",
        ),
        ("window: {starts: 25:00}", "1: window.starts: '25:00': must be a time such as 08:00"),
        ("window: {starts: 20:00, ends: 22:00}", "1: window: the window must lie outside quiet hours"),
        (
            "window: {starts: 10:00, ends: 09:00}",
            "1: window: the window must end after it starts, on the same day",
        ),
        ("holidays:\n  - 2026-12-25\n  - 2026-02-30", "3: holidays.1: '2026-02-30': input should be"),
        ("cadence:\n  - {kind: own, rrule: FREQ=HOURLY}", "2: cadence.0.rrule: 'FREQ=HOURLY': FREQ must be"),
        ("cadence:\n  - {kind: help, rrule: FREQ=DAILY}", "2: cadence.0.kind: 'help' is the name of another"),
        ("cadence: []", "1: cadence: list should have at least 1 item"),
        ("staff:\n  - {id: ana, name: Ana, roles: [boss], email: a@b.c}", "2: staff.0.roles.0: 'boss':"),
        ("staff:\n  - {id: ana, name: Ana, roles: [director]}", "2: staff.0: needs an email or a phone"),
        (
            "staff:\n  - {id: a, name: A, roles: [director], phone: 911}",
            "2: staff.0.phone: '911' is not a phone",
        ),
        (
            "on_call:\n  hours:\n    - {days: [mon], starts: 08:00, ends: 09:00, chain: [dee]}",
            "3: on_call.hours.0.chain: 'dee' is not",
        ),
        (
            "staff:\n  - &a {id: ana, name: A, email: a@b.c, roles: [director]}\n  - *a",
            "2: staff.1.id: 'ana' is given twice",
        ),
        ("pathway: {deputy: dee}", "1: pathway.deputy: 'dee' is not among the staff"),
        ("pathway: {match_hours: 24, contact_hours: 12}", "1: pathway: match_hours must be"),
        (
            "wording: {sms: {thanks: Thanks!}}",
            "1: wording.sms.thanks: every SMS to a member carries the crisis",
        ),
        (
            "wording: {mail: {nudge: {subject: 'In crisis?'}}}",
            "1: wording.mail.nudge: a subject is seen on lock",
        ),
        (
            "wording:\n  sms:\n    thanks: '{crisis} ç" + "a" * 134 + "'",
            "3: wording.sms.thanks: too long: 3 segments",
        ),
        ("name: A\nname: B", "2: 'name' is given twice"),
        ("- a\n- b", "1: must hold keys and values"),
        ("name: [unclosed", "1: column 16: "),
    ],
)
def test_a_fault_names_file_line_key_and_mend(tmp_path: Path, text: str, fault: str) -> None:
    [found] = _faults(tmp_path / "program.yaml", text)
    assert found.removeprefix(str(tmp_path / "program.yaml")).startswith(fault)


@pytest.mark.parametrize("country", ["FR", "NO"])
def test_a_country_without_numbers_gets_a_stand_in_that_guesses_none(tmp_path: Path, country: str) -> None:
    path = tmp_path / "program.yaml"
    path.write_text(f"country: {country}")
    program = load_program(path)
    assert not any(resource.is_complete for resource in program.resources)
    assert not any(sign.isdigit() for sign in program.fields()["crisis_how"] + program.fields()["emergency"])


@pytest.mark.parametrize("country", ["FR", "NO"])
def test_an_empty_list_of_a_country_is_refused(tmp_path: Path, country: str) -> None:
    written = f"country: {country}\nresources: {{{country}: []}}"
    crisis, emergency = _faults(tmp_path / "program.yaml", written)
    assert crisis.startswith(f"1: country: resources.{country} must name a number for use: crisis")
    assert emergency.startswith(f"1: country: resources.{country} must name a number for use: emergency")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgramFault, match=r"nowhere\.yaml: No such file"):
        load_program(tmp_path / "nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9\n")
    with pytest.raises(ProgramFault, match=r"latin\.yaml: not UTF-8"):
        load_program(tmp_path / "latin.yaml")


def test_a_year_full_of_holidays_is_refused(tmp_path: Path) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(60)]
    [found] = _faults(tmp_path / "program.yaml", "holidays:\n" + "".join(f"  - {day}\n" for day in days))
    assert "there is no working day for a month" in found


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    text = "name: ''\nzone: Nowhere\nlanguage: English\n"
    assert [fault.split(":")[0] for fault in _faults(tmp_path / "program.yaml", text)] == ["1", "2", "3"]


def test_prompts_that_repeat_within_a_year_are_refused(tmp_path: Path) -> None:
    text = "cadence:\n  - {kind: daily, rrule: FREQ=DAILY}\nprompts:\n  daily: [one, two]\n"
    [found] = _faults(tmp_path / "program.yaml", text)
    assert found.startswith("4: prompts.daily: 2 prompts would repeat within a year; 366 are needed")


def test_a_program_may_have_a_rhythm_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "program.yaml"
    path.write_text(
        "cadence:\n  - {kind: yearly, rrule: FREQ=YEARLY}\n  - {kind: fortnightly, rrule: FREQ=WEEKLY;INTERVAL=2}"
    )
    found = load_program(path)
    assert found.cadences == (
        Cadence("fortnightly", "FREQ=WEEKLY;INTERVAL=2"),
        Cadence("yearly", "FREQ=YEARLY"),
    )
    assert found.prompt("fortnightly", 0, "cohort") in found.prompts["weekly"]


def test_a_longer_public_address_may_push_a_text_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "program.yaml"
    path.write_text("name: X\n")
    assert isinstance(load_program(path, public_url="https://buddies.example.org"), Program)
    with pytest.raises(ProgramFault, match="segments"):
        load_program(path, public_url="https://" + "x" * 120)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("21:00", "21:00"), ("NO", "NO"), ("on", "on"), ("2026-11-24", "2026-11-24"), ("+12025550140", "+12025550140"),
        ("0800", "0800"), ("988", 988), ("-3", -3), ("1.5", 1.5), ("true", True), ("null", None), ("~", None),
        ("'true'", "true"), ("[a, b]", ["a", "b"]),
    ],
)  # fmt: skip
def test_plain_yaml_holds_no_surprises(tmp_path: Path, text: str, value: object) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(f"key: {text}\n")
    assert read_yaml(path).data == {"key": value}


def test_a_line_is_known_for_every_value(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a:\n  b:\n    - 1\n    - c: 2\n")
    found = read_yaml(path)
    assert [found.line(way) for way in [("a",), ("a", "b"), ("a", "b", 1), ("a", "b", 1, "c")]] == [
        1,
        2,
        4,
        4,
    ]
    assert found.line(("a", "b", 7, "x")) == 2
    assert found.line(("z",)) is None


def test_a_file_that_refers_to_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: &a\n  b: *a\n")
    with pytest.raises(YamlFault, match="nested too deeply"):
        read_yaml(path)


def test_where_a_value_stands_is_the_own_file_before_the_built_in(written: Path) -> None:
    found = load_program_file(written)
    assert found.where("zone") == f"{written}:2"
    assert found.where("wording", "sms", "nudge") == f"{written}:16"
    assert "default_program.yaml:" in found.where("resources", "US")
