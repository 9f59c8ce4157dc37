"""`prepaired rotate`, `buddy`, `lock`, `exclude`: who comes together, decided at a desk without a screen."""

from itertools import combinations

import pytest

from tests.scripts.installation import Installation, member_list

RULES = """
staff:
  - {id: cora, name: Cora Ordin, email: cora@example.org, roles: [coordinator]}
rotation: {size: 3, days: 30}
pairing:
  prefer:
    - {attribute: unit, rule: same, weight: 5}
  never:
    - {attribute: manager, rule: refers_to}
    - {pairs: never.csv}
"""


@pytest.fixture
def enrolled(installation: Installation) -> Installation:
    """Six members of one cohort."""
    installation.write("members.csv", member_list(6))
    installation.done("import", "members.csv", "--cohort", "spring")
    return installation


def _pairs(answer: dict[str, list[list[str]]]) -> set[tuple[str, str]]:
    return {pair for group in answer["groups"] for pair in combinations(sorted(group), 2)}


def test_a_round_is_shown_published_and_then_runs_its_full_time(enrolled: Installation) -> None:
    dry = enrolled.run("rotate", "spring", "--dry-run", "--json", "--seed", 3).json
    assert dry["state"] == "planned"
    published = enrolled.run("rotate", "spring", "--yes", "--json", "--seed", 3).json
    assert published["state"] == "published"
    assert published["groups"] == dry["groups"]
    assert sorted(ref for group in published["groups"] for ref in group) == [f"m{n}" for n in range(1, 7)]
    before = enrolled.messages()
    rerun = enrolled.run("rotate", "spring", "--yes")
    assert rerun.code == 0
    assert "runs its full time" in rerun.out
    assert enrolled.messages() == before
    early = enrolled.run("rotate", "spring", "--early", "--yes", "--json").json
    assert early["round"] == 2
    assert _pairs(early).isdisjoint(_pairs(published))


def test_a_draft_is_published_once_and_can_be_taken_back(enrolled: Installation) -> None:
    assert "--publish 1" in enrolled.done("rotate", "spring", "--draft")
    assert enrolled.messages() == []
    assert "published" in enrolled.done("rotate", "spring", "--publish", 1)
    assert len(enrolled.messages()) == 6
    assert "no round 9" in enrolled.refused("rotate", "spring", "--undo", 9)
    assert "published already" in enrolled.refused("rotate", "spring", "--publish", 1, code=1)
    assert "taken back" in enrolled.done("rotate", "spring", "--undo", 1)
    assert "not the one that runs" in enrolled.refused("rotate", "spring", "--undo", 1, code=1)


def test_without_a_terminal_it_does_not_publish_unasked(enrolled: Installation) -> None:
    assert "--yes" in enrolled.refused("rotate", "spring")
    assert enrolled.messages() == []


def test_the_table_names_people_and_why(enrolled: Installation) -> None:
    shown = enrolled.done("rotate", "spring", "--dry-run")
    assert "Member4 Test" in shown
    assert "3 groups: 6 members change" in shown


@pytest.mark.parametrize(
    "arguments", [("--yes", "--draft"), ("--publish", 1, "--undo", 1), ("--undo", 1, "--yes")]
)
def test_wishes_that_contradict_are_refused(
    sqlite_installation: Installation, arguments: tuple[object, ...]
) -> None:
    sqlite_installation.refused("rotate", "spring", *arguments)


def test_an_unknown_cohort_is_bad_input(sqlite_installation: Installation) -> None:
    assert "no cohort 'nowhere'" in sqlite_installation.refused("rotate", "nowhere", "--yes")


def test_nobody_to_pair_is_a_no(sqlite_installation: Installation) -> None:
    sqlite_installation.write("members.csv", "id,phone\na,+12025550101\nb,+12025550102\n")
    sqlite_installation.done("import", "members.csv", "--cohort", "spring")
    ended = sqlite_installation.run("rotate", "spring", "--yes")
    assert ended.code == 1
    assert "2 no consent on record" in ended.out


def test_the_program_file_sets_size_length_and_rules(sqlite_installation: Installation) -> None:
    sqlite_installation.write("program.yaml", RULES)
    sqlite_installation.write("never.csv", "a,b\nm1,m2\nm1,m3\nm2,m3\n")
    sqlite_installation.write("members.csv", member_list(9))
    ruled = Installation(
        folder=sqlite_installation.folder,
        variables={**sqlite_installation.variables, "PREPAIRED_PROGRAM": "program.yaml"},
    )
    ruled.done("import", "members.csv", "--cohort", "spring")
    planned = ruled.run("rotate", "spring", "--dry-run", "--json").json
    assert [len(group) for group in planned["groups"]] == [3, 3, 3]
    assert _pairs(planned).isdisjoint({("m1", "m2"), ("m1", "m3"), ("m2", "m3")})


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            "pairing:\n  prefer:\n    - {attribute: unit, rule: alike, weight: 5}\n",
            "program.yaml:3: pairing.prefer.0.rule",
        ),
        ("pairing:\n  nonsense: 1\n", "program.yaml:2: pairing.nonsense"),
        ("pairing:\n  requests: wishes.csv\n", "program.yaml:2: pairing.requests"),
        ("rotation: {size: 4}\n", "program.yaml:1: rotation.size"),
        ("rotation: {cohorts: {spring: 3}}\n", "program.yaml:1: rotation.cohorts.spring"),
        ("pairing:\n  never:\n    - {pairs: nowhere.csv}\n", "nowhere.csv: cannot be read"),
    ],
)
def test_rules_that_cannot_be_used_are_named_by_line(
    sqlite_installation: Installation, block: str, said: str
) -> None:
    sqlite_installation.write("program.yaml", block)
    sqlite_installation.write("wishes.csv", "a,b\nm1,m2\n")
    variables = {**sqlite_installation.variables, "PREPAIRED_PROGRAM": "program.yaml"}
    ruled = Installation(folder=sqlite_installation.folder, variables=variables)
    assert said in ruled.refused("rotate", "spring", "--dry-run")


def test_an_exclusion_holds_and_agreements_are_kept(enrolled: Installation) -> None:
    enrolled.done("lock", "m1", "m2")
    enrolled.done("buddy", "m3", "m4")
    enrolled.done("exclude", "m5", "m1")
    for seed in range(3):
        planned = enrolled.run("rotate", "spring", "--dry-run", "--json", "--seed", seed).json
        assert {("m1", "m2"), ("m3", "m4"), ("m5", "m6")} == _pairs(planned)
    assert "already" in enrolled.done("lock", "m2", "m1")
    assert "rotate again" in enrolled.done("lock", "m1", "m2", "--remove")
    assert "no such" in enrolled.done("lock", "m1", "m2", "--remove")


def test_an_exclusion_beats_a_lock_and_no_answer_reveals_it(enrolled: Installation) -> None:
    enrolled.done("exclude", "m1", "m2")
    locked = enrolled.run("lock", "m1", "m2")
    assert locked.code == 0
    assert "exclu" not in (locked.out + locked.err).lower()
    ended = enrolled.run("rotate", "spring", "--dry-run", "--json")
    assert ("m1", "m2") not in _pairs(ended.json)
    assert "never" not in ended.out


def test_excluding_two_who_are_together_says_so_and_moves_nobody(enrolled: Installation) -> None:
    published = enrolled.run("rotate", "spring", "--yes", "--json").json
    one, other = published["groups"][0]
    ended = enrolled.run("exclude", one, other)
    assert ended.code == 0
    assert "in one group now" in ended.err
    assert "full time" in enrolled.done("rotate", "spring")


@pytest.mark.parametrize("command", ["buddy", "lock", "exclude"])
def test_somebody_unknown_or_named_twice_is_refused(enrolled: Installation, command: str) -> None:
    assert "'m99': no such member" in enrolled.refused(command, "m1", "m99")
    assert "twice" in enrolled.refused(command, "m1", "m1")


def test_a_running_round_is_mended_and_nobody_else_moves(enrolled: Installation) -> None:
    enrolled.done("rotate", "spring", "--yes")
    assert "needs no mending" in enrolled.done("rotate", "spring", "--mend")
    enrolled.write("more.csv", member_list(7))
    enrolled.done("import", "more.csv", "--cohort", "spring")
    dry = enrolled.run("rotate", "spring", "--mend", "--dry-run", "--json").json
    assert dry["state"] == "planned"
    assert len(enrolled.messages()) == 6
    mended = enrolled.run("rotate", "spring", "--mend", "--json").json
    assert mended["state"] == "mended"
    assert mended["formed"] == dry["formed"]
    assert [len(group) for group in mended["formed"]] == [3]
    assert "m7" in mended["formed"][0]
    assert mended["alone"] == []
    assert len(enrolled.messages()) == 6 + 3
    assert "plans none" in enrolled.refused("rotate", "spring", "--mend", "--yes", code=2)


def test_two_kept_apart_since_are_parted_by_mending(enrolled: Installation) -> None:
    published = enrolled.run("rotate", "spring", "--yes", "--json").json
    one, other = published["groups"][0]
    enrolled.done("exclude", one, other)
    mended = enrolled.run("rotate", "spring", "--mend", "--json").json
    assert not any({one, other} <= set(group) for group in mended["formed"])
    assert {one, other} <= {ref for group in mended["formed"] for ref in group}
    assert "never" not in str(mended)


def test_a_plan_says_why_two_are_not_together_and_never_that_a_rule_forbids_it(
    enrolled: Installation,
) -> None:
    dry = enrolled.run("rotate", "spring", "--dry-run", "--json", "--seed", 3).json
    one, other = dry["groups"][0][0], dry["groups"][1][0]
    asked = ("rotate", "spring", "--dry-run", "--json", "--seed", 3, "--why", one, other)
    before = enrolled.run(*asked).json["why_not"]
    enrolled.done("exclude", one, other)
    assert enrolled.run(*asked).json["why_not"] == before
    assert "takes no part" in enrolled.refused("rotate", "spring", "--dry-run", "--why", one, "zoe", code=2)
