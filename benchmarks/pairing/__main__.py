"""`python -m benchmarks.pairing [--quick] [--write] [ROW ...]` prints Markdown tables.

Needs the extra `large`. Times are seconds on the clock of one machine in one run; compare only within a run.
"""

import argparse
import re
from pathlib import Path

from benchmarks.pairing.plot import plotted
from benchmarks.pairing.rows import ROWS, rotation_rows

DOCUMENT = Path("docs/performance.md")


def main() -> None:
    rows = ROWS | rotation_rows()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairing", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"any of {', '.join(rows)}; all by default")
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer runs")
    parser.add_argument(
        "--write", action="store_true", help=f"put the tables into {DOCUMENT} and draw the plot"
    )
    asked = parser.parse_args()
    for name in asked.rows or rows:
        if name not in rows:
            parser.error(f"there is no row {name}")
        print(f"\n### {name}\n", flush=True)
        lines = []
        for line in rows[name](asked.quick):
            lines.append(line)
            print(line, flush=True)
        if asked.write:
            _write(name, "\n".join(lines))
    if asked.write:
        plotted(DOCUMENT.read_text(encoding="utf-8"), DOCUMENT.parent / "images" / "pairing.svg")


def _write(name: str, table: str) -> None:
    """Put a table between its two markers."""
    text = DOCUMENT.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    DOCUMENT.write_text(marked.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
