"""`prepaired import`: what people's files look like, and how each fault is named."""

from pathlib import Path

import pytest

from scripts.errors import UsageFault
from scripts.member_file import read_member_file
from tests.scripts.installation import Installation, member_list

OWN = ("id", "name", "email", "phone", "sms_consent")
LIST = "id,name,specialty\na,Zoë Ångström,surgery\nb,João,\n"


def _rows(path: Path, raw: bytes) -> list[dict[str, str]]:
    path.write_bytes(raw)
    return [row for _, row in read_member_file(path, OWN).rows]


@pytest.mark.parametrize(
    "raw",
    [
        LIST.encode(),
        LIST.encode("utf-8-sig"),
        LIST.replace("\n", "\r\n").encode(),
        LIST.replace(",", ";").encode(),
        LIST.replace(",", "\t").encode("utf-16"),
        LIST.replace("id,name", "ID, Name ").encode(),
        LIST.replace("b,João,\n", "\n,,\nb,João\n\n").encode(),
        b'"id","name","specialty"\n"a","'
        + "Zoë Ångström".encode()
        + b'","surgery"\nb,"'
        + "João".encode()
        + b'"',
    ],
    ids=["plain", "bom", "crlf", "semicolons", "utf-16 tabs", "case", "short rows and empty ones", "quoted"],
)
def test_a_list_reads_the_same_however_it_was_saved(tmp_path: Path, raw: bytes) -> None:
    first, second = _rows(tmp_path / "list.csv", raw)
    assert first == {"id": "a", "name": "Zoë Ångström", "specialty": "surgery"}
    assert (second["id"], second["name"], second.get("specialty", "")) == ("b", "João", "")


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b'id,name\r\na,"two\r\nlines"\r\n\r\nb,one\r\n')
    assert [line for line, _ in read_member_file(path, OWN).rows] == [2, 5]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "line 1: the file is empty"),
        (b"name\nx\n", "line 1: there is no column id; found name"),
        (b"id,name,Name\na,b,c\n", "line 1, column 3: 'name' is the name of column 2 too"),
        (b"id,name\na,b,c\n", "line 2, column 3: 'c' stands under no column name"),
        (b"id,\na,b\n", "line 2, column 2: 'b' stands under no column name"),
        (b'id,name\na,"b\nc,d\n', "line 2: not CSV"),
        ("id,name\na,José\n".encode("cp1252"), "line 2, column name: 'José' is not in UTF-8"),
        (b"PK\x03\x04rest", "is a workbook"),
        (b"id,name\x00\na,b\n", "is no text file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_line_and_column(
    tmp_path: Path, raw: bytes, said: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    with pytest.raises(UsageFault) as refused:
        read_member_file(path, OWN)
    assert said in str(refused.value)
    assert str(refused.value).startswith(str(path))


def test_a_misspelt_column_is_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,e-mail,sms_consnet,unit\n", encoding="utf-8")
    warnings = read_member_file(path, (*OWN, "email_consent")).warnings
    assert [warning.split("column ")[1].split(" ")[0] for warning in warnings] == [
        "'e-mail'",
        "'sms_consnet'",
    ]


def test_every_fault_is_named_and_nothing_is_stored(installation: Installation) -> None:
    installation.write("good.csv", member_list(2))
    installation.write(
        "bad.csv",
        "id,phone,timezone,active_from,buddy,sms_consent\n"
        "x,911,America/New_York,,,yes\n"
        "y,+12025550150,Mars/Base,3/5/2026,nobody,yes\n"
        "x,2025550150,,,,maybe\n",
    )
    installation.done("import", "good.csv")
    ended = installation.run("import", "bad.csv", "--json")
    assert ended.code == 2
    assert {(fault["line"], fault["column"]) for fault in ended.json["faults"]} == {
        (2, "phone"), (3, "timezone"), (3, "active_from"), (3, "buddy"), (4, "id"), (4, "phone"), (4, "sms_consent"),
    }  # fmt: skip
    for words in (
        "bad.csv, line 2, column phone: '911'",
        "line 3, column active_from: '3/5/2026'",
        "2026-12-31",
    ):
        assert words in ended.err
    again = installation.run("import", "good.csv", "--json").json
    assert (again["added"], again["updated"]) == (0, 2)


def test_a_dry_run_stores_nothing(installation: Installation) -> None:
    installation.write("members.csv", member_list(3))
    assert "Would add 3" in installation.done("import", "members.csv", "--dry-run")
    assert installation.run("import", "members.csv", "--json").json["added"] == 3


def test_the_same_number_in_two_spellings_names_both_rows(sqlite_installation: Installation) -> None:
    sqlite_installation.write("twice.csv", "id,phone\na,+1 202 555 0101\nb,(202) 555-0101\n")
    said = sqlite_installation.refused("import", "twice.csv")
    assert "line 3, column phone" in said
    assert "line 2 (a)" in said


def test_a_cohort_needs_a_name(sqlite_installation: Installation) -> None:
    sqlite_installation.write("members.csv", member_list(1))
    assert "--cohort" in sqlite_installation.refused("import", "members.csv", "--cohort", " ")


def test_without_keys_nothing_is_imported(bare: Installation) -> None:
    bare.write("members.csv", member_list(1))
    said = bare.refused("import", "members.csv")
    assert "PREPAIRED_ENCRYPTION_KEYS" in said
    assert not (bare.folder / "prepaired.db").exists()


def test_another_key_does_not_open_the_database(sqlite_installation: Installation) -> None:
    other = {**sqlite_installation.variables, "PREPAIRED_ENCRYPTION_KEYS": "b" * 43 + "="}
    sqlite_installation.write("members.csv", member_list(1))
    stranger = Installation(folder=sqlite_installation.folder, variables=other)
    said = stranger.refused("import", "members.csv")
    assert "PREPAIRED_ENCRYPTION_KEYS" in said
    assert len(said.splitlines()) == 1


def test_postgresql_that_is_behind_is_refused_until_migrated(
    bare: Installation, empty_database_url: str
) -> None:
    from tests.scripts.installation import KEYS

    fresh = Installation(folder=bare.folder, variables={**KEYS, "PREPAIRED_DATABASE_URL": empty_database_url})
    fresh.write("members.csv", member_list(1))
    if empty_database_url.startswith("postgresql"):
        assert "prepaired migrate" in fresh.refused("import", "members.csv")
        assert "it was empty" in fresh.done("migrate")
    assert "Added 1" in fresh.done("import", "members.csv")
