"""`prepaired pair`: what it reads, prints, writes and refuses."""

import csv
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from scripts.errors import UsageFault
from scripts.pair import pair

PEOPLE = """id,name,specialty,seniority,unit,languages,manager
a,Ann,surgery,resident,u1,en;es,
b,Ben,surgery,fellow,u2,en,a
c,Cem,medicine,resident,u1,es,
d,Dan,medicine,attending,u3,es;fr,
e,Eva,surgery,attending,u4,en,
"""

RULES = """prefer:
  - {attribute: specialty, rule: same, weight: 30}
  - {attribute: seniority, rule: near, weight: 20, scale: [resident, fellow, attending]}
  - {attribute: languages, rule: overlap, weight: 10}
never:
  - {attribute: unit, rule: same}
  - {attribute: manager, rule: refers_to}
  - {pairs: never.csv}
requests: requests.csv
min_rounds_between_repeats: 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "never.csv").write_text("a,b\nd,e\n", encoding="utf-8")
    (tmp_path / "requests.csv").write_text("a,b,weight\na,e,25\n", encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> Result:
    app = typer.Typer(add_completion=False)
    app.command()(pair)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def answer(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refusal(*arguments: object) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, UsageFault)
    assert result.exception.exit_code == 2
    assert result.stdout == ""
    return str(result.exception)


def test_the_answer_has_what_the_contract_names(folder: Path) -> None:
    found = answer(folder / "people.csv", "--rules", folder / "rules.yaml")
    assert set(found) == {"rounds", "repeat_free_rounds", "repeat_free_limit", "unplaceable", "seconds"}
    first = found["rounds"][0]
    assert set(first) == {"round", "groups", "weight", "bound", "optimal", "repeats", "reasons"}
    assert first["round"] == 1
    assert sorted(id_ for group in first["groups"] for id_ in group) == ["a", "b", "c", "d", "e"]
    assert set(first["reasons"]) == {"|".join(group) for group in first["groups"]}


def test_never_rules_hold_and_stay_out_of_the_reasons(folder: Path) -> None:
    found = answer(folder / "people.csv", "--rules", folder / "rules.yaml")
    forbidden = {("a", "c"), ("a", "b"), ("d", "e")}
    met = {pair for group in found["rounds"][0]["groups"] for pair in combinations(group, 2)}
    assert not met & forbidden
    assert "never" not in json.dumps(found["rounds"])


def test_the_edges_add_up_to_the_weight(folder: Path) -> None:
    edges = folder / "edges.csv"
    found = answer(folder / "people.csv", "--rules", folder / "rules.yaml", "--edges", edges)
    rows = list(csv.DictReader(edges.read_text(encoding="utf-8").splitlines()))
    weights = {(row["a"], row["b"]): int(row["weight"]) for row in rows}
    assert set(weights) == set(combinations("abcde", 2)) - {("a", "c"), ("a", "b"), ("d", "e")}
    assert weights["a", "e"] == 30 + 0 + 10 + 25
    first = found["rounds"][0]
    assert first["weight"] == sum(
        weights[pair] for group in first["groups"] for pair in combinations(group, 2)
    )


def test_rounds_go_on_after_the_history(folder: Path) -> None:
    (folder / "past.csv").write_text("round,member,member,member\n1,a,d,\n1,b,c,e\n", encoding="utf-8")
    found = answer(folder / "people.csv", "--history", folder / "past.csv", "--rounds", 2)
    assert [each["round"] for each in found["rounds"]] == [2, 3]
    assert ["a", "d"] not in found["rounds"][0]["groups"]


def test_somebody_without_a_partner_is_named_with_the_rules_in_the_way(folder: Path) -> None:
    (folder / "never.csv").write_text("a,b\ne,a\ne,b\ne,c\ne,d\n", encoding="utf-8")
    result = run(folder / "people.csv", "--rules", folder / "rules.yaml", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [each["id"] for each in found["unplaceable"]] == ["e"]
    assert "never pairs" in found["unplaceable"][0]["why"]
    assert sum(map(len, found["rounds"][0]["groups"])) == 4


@pytest.mark.parametrize("count", [0, 2, 3])
def test_very_few_people_are_enough(tmp_path: Path, count: int) -> None:
    file = tmp_path / "few.csv"
    file.write_text("id\n" + "".join(f"p{number}\n" for number in range(count)), encoding="utf-8")
    found = answer(file)
    assert sum(map(len, found["rounds"][0]["groups"])) == count


def test_one_person_alone_is_an_answer_of_no(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("id\nonly\n", encoding="utf-8")
    result = run(file, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["unplaceable"][0]["id"] == "only"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfid,unit\r\na,u\r\nb,v\r\n",
        b"ID;unit\na;u\nb;v\n",
        b'id;unit\r\n"a";"u;w"\r\nb;v\r\n\r\n',
        b"id,unit\n a ,u\nb,v",
    ],
)
def test_files_of_any_common_make_are_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    assert answer(tmp_path / "people.csv")["rounds"][0]["groups"] == [["a", "b"]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1: the file is empty"),
        (b"name,unit\nAnn,u\n", "line 1: no column id"),
        (b"id,unit,unit\na,u,v\n", "line 1: column unit appears twice"),
        (b"id,unit\na,u\nb,v\na,w\n", "line 4, column id: 'a' is not unique: line 2 has it too"),
        (b"id,unit\na,u\n,v\n", "line 3, column id: is empty"),
        (b"id,unit\na,u\nb,v,w\n", "line 3, column 3: 'w' is not under a column"),
        (b"id,name\na,Ann\nb,Jos\xe9\n", "line 3: byte 0xe9 is not UTF-8"),
        (b'id,name\na,"Ann\n', "line 2: not CSV"),
    ],
)
def test_bad_people_are_refused_by_line_and_column(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    assert told in refusal(tmp_path / "people.csv", "--json")


def test_working_hours_are_compared_across_time_zones(tmp_path: Path) -> None:
    rows = [
        "id,timezone,work_hours,work_days",
        "a,America/New_York,09:00-17:00,Mon-Fri",
        "b,America/Los_Angeles,06:00-14:00,Mon-Fri",
        "c,America/New_York,19:00-07:00,Mon-Fri",
        "d,America/Los_Angeles,16:00-04:00,Mon-Fri",
    ]
    (tmp_path / "people.csv").write_text("\n".join(rows), encoding="utf-8")
    rules = "prefer:\n  - {attribute: working_hours, rule: overlap, weight: 20}\n"
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    found = answer(tmp_path / "people.csv", "--rules", tmp_path / "rules.yaml")["rounds"][0]
    assert found["groups"] == [["a", "b"], ["c", "d"]]
    assert found["reasons"]["a|b"] == ["For: working hours in common (40 a week)."]
    (tmp_path / "people.csv").write_text("\n".join(rows).replace("19:00", "19:10"), encoding="utf-8")
    assert "line 4, column work_hours: '19:10-07:00' is not hours like" in refusal(tmp_path / "people.csv")


def test_every_fault_of_a_list_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,unit\na,u\n,v\na,w\nb,v,w\n", encoding="utf-8")
    told = refusal(tmp_path / "people.csv")
    assert all(
        part in told
        for part in (
            "line 3, column id: is empty",
            "line 4, column id: 'a' is not unique",
            "line 5, column 3",
        )
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rule: same, weight: 30", "rule: sam, weight: 30", "line 2, column 34: prefer.0.rule 'sam'"),
        ("weight: 20", "weight: -1", "line 3, column 48: prefer.1.weight -1"),
        ("weight: 20", "weight: much", "column 48: prefer.1.weight 'much': must be"),
        (", scale: [resident, fellow, attending]", "", "line 3, column 5: prefer.1: rule near needs a scale"),
        ("unit, rule: same", "unit, rule: near", "line 6, column 29: never.0.rule 'near'"),
        ("unit, rule: same", "ward, rule: same", "never.0.attribute 'ward'"),
        ("min_rounds_between_repeats", "min_rounds", "line 10, column 13: min_rounds 2: unknown key"),
        ("never.csv", "nowhere.csv", "nowhere.csv: cannot be read"),
        ("prefer:", "prefer: [", "not YAML"),
    ],
)
def test_bad_rules_are_refused_by_line_and_value(folder: Path, old: str, new: str, told: str) -> None:
    assert old in RULES
    (folder / "rules.yaml").write_text(RULES.replace(old, new), encoding="utf-8")
    assert told in refusal(folder / "people.csv", "--rules", folder / "rules.yaml")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("never.csv", "a,b\na,\n", "line 2, column b: is empty"),
        ("never.csv", "a,b\nd,d\n", "line 2, column b: 'd' is not another person"),
        ("requests.csv", "a,b,weight\na,e,lots\n", "line 2, column weight: 'lots'"),
    ],
)
def test_bad_named_pairs_are_refused(folder: Path, name: str, content: str, told: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    assert told in refusal(folder / "people.csv", "--rules", folder / "rules.yaml")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("round,member,member\nfirst,a,b\n", "line 2, column round: 'first'"),
        ("round,member,member\n1,a,a\n", "line 2, column member: 'a,a'"),
        ("round,member,member\n1,,\n", "line 2, column member: is empty"),
        ("round,member,member\n1,a\n", "line 2, column member: 'a' is not two or three"),
        ("round,member,member\n1,a,b,c,d\n", "line 2, column member: 'a,b,c,d' is not two or three"),
        ("round,member,member\n-1,a,b\n", "line 2, column round: '-1'"),
    ],
)
def test_a_bad_history_is_refused(folder: Path, content: str, told: str) -> None:
    (folder / "past.csv").write_text(content, encoding="utf-8")
    assert told in refusal(folder / "people.csv", "--history", folder / "past.csv")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "nobody.csv")


def test_a_preference_for_a_missing_column_is_warned_of(folder: Path) -> None:
    (folder / "rules.yaml").write_text(
        "prefer: [{attribute: hobby, rule: same, weight: 1}]", encoding="utf-8"
    )
    result = run(folder / "people.csv", "--rules", folder / "rules.yaml", "--json")
    assert result.exit_code == 0
    assert "prefer hobby" in result.stderr
    assert json.loads(result.stdout)["rounds"]


def test_a_request_for_a_stranger_is_warned_of(folder: Path) -> None:
    (folder / "requests.csv").write_text("a,b\na,zoe\n", encoding="utf-8")
    result = run(folder / "people.csv", "--rules", folder / "rules.yaml", "--json")
    assert result.exit_code == 0
    assert "a request names 'zoe'" in result.stderr


def test_whoever_holds_the_rules_is_told_why_two_are_not_together(folder: Path) -> None:
    both = (folder / "people.csv", "--rules", folder / "rules.yaml", "--why")
    assert answer(*both, "d", "e")["why_not"] == ["A confidential never-rule keeps them apart."]
    assert answer(*both, "a", "c")["why_not"] == ["A rule of the program keeps them apart: never unit same."]
    assert "takes no part" in refusal(*both, "a", "zoe")
    assert "never-rule" in run(*both, "d", "e").stdout


def test_the_best_alternative_of_each_member_is_told_when_asked_for(folder: Path) -> None:
    found = answer(folder / "people.csv", "--rules", folder / "rules.yaml", "--alternatives")
    assert set(found["alternatives"]) <= set("abcde")
    assert all("choice overall" in sentence for sentence in found["alternatives"].values())


def test_people_read_a_table(folder: Path) -> None:
    result = run(folder / "people.csv", "--rules", folder / "rules.yaml", "--rounds", 2)
    assert result.exit_code == 0
    assert "Round 1" in result.stdout
    assert "Ann" in result.stdout
    assert "without a repeat" in result.stdout


def test_the_help_has_an_example() -> None:
    assert "prepaired pair people.csv" in run("--help").stdout
