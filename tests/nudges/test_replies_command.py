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


@pytest.mark.parametrize("line", ["no json", "[]", '{"txt": "1"}', '{"text": 1}', "null", "[" * 100_000])
def test_a_malformed_line_is_named_but_not_quoted(line: str) -> None:
    with pytest.raises(UsageFault, match="line 2: ") as fault:
        CliRunner().invoke(app, input='{"text": "1"}\n' + line, catch_exceptions=False)
    assert line not in str(fault.value).split("such as")[0]
    assert fault.value.exit_code == 2
