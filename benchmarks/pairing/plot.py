"""A plot of size against time, drawn from the tables of the document as plain SVG."""

import re
from math import log10
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 640, 360, 56
LEFT, RIGHT = 2.0, 5.0  # powers of ten: people
LOW, HIGH = -3.0, 2.0  # powers of ten: seconds

SERIES = (
    ("dense", "exact, tables of all pairs", 1, "#1f5f8b"),
    ("large", "near exact, with bound", 3, "#b5532a"),
)


def plotted(document: str, target: Path) -> None:
    """Read the tables `dense` and `large` and write the plot."""
    parts = [_axes()]
    for at, (name, label, column, color) in enumerate(SERIES):
        points = _points(document, name, column)
        path = " ".join(f"{_x(people):.1f},{_y(seconds):.1f}" for people, seconds in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{_x(n):.1f}" cy="{_y(s):.1f}" r="4" fill="{color}"/>' for n, s in points]
        y = MARGIN + 18 * (at + 1)
        parts.append(f'<rect x="{MARGIN + 12}" y="{y - 9}" width="10" height="10" fill="{color}"/>')
        parts.append(f'<text x="{MARGIN + 28}" y="{y}">{label}</text>')
    body = "\n".join(parts)
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="Seconds by number of people, both on logarithmic scales">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n',
        encoding="utf-8",
    )


def _points(document: str, name: str, column: int) -> list[tuple[float, float]]:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", document, re.DOTALL)
    rows = found[1].splitlines()[2:] if found else []
    cells = [[cell.strip().replace(",", "") for cell in row.strip("|").split("|")] for row in rows]
    return [(float(row[0]), float(row[column])) for row in cells if len(row) > column]


def _x(people: float) -> float:
    return MARGIN + (log10(people) - LEFT) / (RIGHT - LEFT) * (WIDTH - 2 * MARGIN)


def _y(seconds: float) -> float:
    return HEIGHT - MARGIN - (log10(seconds) - LOW) / (HIGH - LOW) * (HEIGHT - 2 * MARGIN)


def _axes() -> str:
    parts = []
    for power in range(int(LEFT), int(RIGHT) + 1):
        x = _x(10.0**power)
        parts.append(f'<line x1="{x}" y1="{MARGIN}" x2="{x}" y2="{HEIGHT - MARGIN}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(int(LOW), int(HIGH) + 1):
        y = _y(10.0**power)
        parts.append(f'<line x1="{MARGIN}" y1="{y}" x2="{WIDTH - MARGIN}" y2="{y}" stroke="#dddddd"/>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y + 4}" text-anchor="end">{10.0**power:g} s</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">people</text>')
    return "\n".join(parts)
