"""`prepaired replies`: JSON lines in, JSON lines out."""

import json

import pytest
import typer
from typer.testing import CliRunner

from scripts.errors import UsageFault
from scripts.replies import replies

app = typer.Typer()
app.command()(replies)


def run(*lines: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, input="\n".join(lines), catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_is_printed_with_what_it_means_and_keeps_its_keys() -> None:
    first, second = run('{"text": "1", "id": 7}', "", '{"text": "STOP, I want to die", "intent": "old"}')
    assert first["id"] == 7
    assert (first["intent"], first["about"], first["also"]) == ("connected", None, [])
    assert (second["intent"], second["about"], second["also"]) == ("crisis", "self", ["stop"])
    assert isinstance(first["confidence"], float)
    assert first["matched"] == "connected, by number or word"


def test_half_a_surrogate_and_a_byte_order_mark_do_no_harm() -> None:
    assert [row["intent"] for row in run('\ufeff{"text": "\\ud83d"}', '{"text": "sí"}')] == [
        "unclear",
        "connected",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("no json", "column 1: this is not JSON"),
        ('{"text": "my secret" "x"}', "column 22: this is not JSON"),
        ("[]", "this is a list, not an object"),
        ("null", "this is null, not an object"),
        ('{"txt": "my secret"}', 'there is no "text"'),
        ('{"text": 1}', '"text" is 1, not a string'),
        ('{"text": ["my secret"]}', '"text" is a list, not a string'),
        ("[" * 100_000, "this is not JSON that can be read"),
        ('{"text": ' + "1" * 5_000 + "}", "this is not JSON that can be read"),
    ],
)
def test_a_malformed_line_is_named_by_line_and_column_but_not_quoted(line: str, said: str) -> None:
    with pytest.raises(UsageFault) as fault:
        CliRunner().invoke(app, input='{"text": "1"}\n' + line, catch_exceptions=False)
    assert str(fault.value) == f'standard input, line 2: {said}; write it as {{"text": "1"}}'
    assert fault.value.exit_code == 2


def test_the_lines_around_a_malformed_one_are_answered_and_all_faults_told() -> None:
    result = CliRunner().invoke(app, input='{"text": "1"}\n[]\n{"text": "2"}\n{}\n')
    assert [json.loads(line)["intent"] for line in result.stdout.splitlines()] == [
        "connected",
        "not_connected",
    ]
    assert [line.split(":")[0] for line in str(result.exception).splitlines()] == [
        "standard input, line 2",
        "standard input, line 4",
    ]


def test_one_document_holds_all_of_it_or_nothing_is_printed() -> None:
    both = CliRunner().invoke(
        app, ["--json"], input='{"text": "1"}\n{"text": "STOP"}', catch_exceptions=False
    )
    assert [row["intent"] for row in json.loads(both.stdout)] == ["connected", "stop"]
    assert json.loads(CliRunner().invoke(app, ["--json"], input="").stdout) == []
    assert CliRunner().invoke(app, ["--json"], input='{"text": "1"}\n[]').stdout == ""
