"""The chaos command in short: workers killed in the middle of sending lose nothing and repeat nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 240


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def test_kills_cost_neither_a_loss_nor_a_double(kind: str, request: pytest.FixtureRequest) -> None:
    if kind == "postgresql":
        request.getfixturevalue("postgres_server")  # skips where there is none
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", "--kills", "3", "--members", "150", "--seed", "11", "--ours",
         "--database", kind],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "| 3 | 150 | 0 | 0 |" in ended.stdout
