"""Cuts what a person wrote out of a mail: our own words, quotations and what programs add are left behind.

The first line that holds one of our own addresses or the marker ends the reply; quotation marks, attribution lines
and header blocks in many languages end it where neither is there. Every step is linear in the length of the mail.
"""

import re
from collections.abc import Sequence

from nudges.mailhtml import html_text
from nudges.quotation import (
    ATTRIBUTION,
    DATED,
    DEVICE,
    HEADER_FROM,
    HEADER_OTHER,
    OPENS,
    QUOTE,
    RULE,
    SEPARATOR,
    WROTE,
)

LOOKED_AT = 200_000  # characters; of a longer mail its start and its end
MARKERS = (
    "reply above this line",
    "write your reply above",
    "responda encima de esta linea",
    "repondez au-dessus",
)
_LONGEST_ATTRIBUTION = 400


def reply_text(
    *, text: str | None, html: str | None, own_addresses: Sequence[str] = (), markers: Sequence[str] = MARKERS
) -> str:
    """What the sender wrote, without quotation, attribution or device line; empty when they wrote nothing.

    `own_addresses` are addresses, parts of addresses or links of ours: a line that holds one is not the sender's.
    The HTML is read only where the text is missing or blank.
    """
    body = text if text and text.strip() else html_text(html or "")
    if len(body) > LOOKED_AT:
        body = body[: LOOKED_AT // 2] + "\n" + body[-LOOKED_AT // 2 :]
    lines = _lines(body)
    own = tuple(part.casefold() for part in (*own_addresses, *markers) if part)
    cut = _end(lines, own)
    head = _trimmed(lines[:cut])
    return head if head or cut == len(lines) else _trimmed(_below(lines, cut, own))


def _lines(body: str) -> list[str]:
    body = body.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    for sign in ("\xa0", "\u202f", "\u2007", "\t"):
        body = body.replace(sign, " ")
    for sign in ("\ufeff", "\u200b", "\u200e", "\u200f"):
        body = body.replace(sign, "")
    return [line.rstrip() for line in body.split("\n")]


def _end(lines: Sequence[str], own: Sequence[str]) -> int:
    """The first line that is no longer the sender's; the number of lines when all are."""
    for at, line in enumerate(lines):
        if not line:
            continue
        folded = line[:2_000].casefold()
        if any(part in folded for part in own) or QUOTE.match(line):
            return _back(lines, at)
        if SEPARATOR.match(line[:200]) or _is_header(lines, at) or _is_attribution(lines, at):
            return _back(lines, at)
    return len(lines)


def _back(lines: Sequence[str], at: int) -> int:
    """Steps back over an attribution, header or rule right above the line, and the blank lines between."""
    while at:
        above = at - 1
        while above and not lines[above]:
            above -= 1
        near = at - above
        line = lines[above]
        if not line:
            return 0 if not any(lines[:above]) else at
        start = _attribution_above(lines, above) if near <= 3 else None
        if start is not None:
            at = start
        elif near <= 3 and (
            RULE.match(line[:200]) or SEPARATOR.match(line[:200]) or _is_header(lines, above)
        ):
            at = above
        else:
            return at
    return at


def _attribution_above(lines: Sequence[str], last: int) -> int | None:
    """Where the attribution that ends in this line starts; it may be wrapped over three."""
    for start in range(last, max(-1, last - 3), -1):
        if not lines[start]:
            return None
        joined = " ".join(line.strip() for line in lines[start : last + 1])
        if len(joined) > _LONGEST_ATTRIBUTION:
            return None
        if (
            OPENS.match(joined)
            and DATED.search(joined)
            and (
                ATTRIBUTION.search(joined)
                or (joined.endswith("<") and start == last)
                or re.search(WROTE, joined[-60:])
            )
        ):
            return start
    return None


def _is_attribution(lines: Sequence[str], at: int) -> bool:
    joined = ""
    for line in lines[at : at + 4]:
        if not line or len(joined) > _LONGEST_ATTRIBUTION:
            return False
        joined = f"{joined} {line.strip()}".strip()
        if line.endswith((":", "：")):
            if len(joined) > _LONGEST_ATTRIBUTION or not OPENS.match(joined) or not DATED.search(joined):
                return False
            return bool(ATTRIBUTION.search(joined))
    return False


def _is_header(lines: Sequence[str], at: int) -> bool:
    if not HEADER_FROM.match(lines[at][:200]):
        return False
    return any(HEADER_OTHER.match(line[:200]) for line in lines[at + 1 : at + 4])


def _below(lines: Sequence[str], cut: int, own: Sequence[str]) -> list[str]:
    """What stands under or between quoted lines, for those who answer below."""
    quoted = [at for at in range(cut, len(lines)) if QUOTE.match(lines[at])]
    if not quoted:
        return []
    out: list[str] = []
    previous = ""
    for line in lines[quoted[0] :]:
        if QUOTE.match(line):
            previous = line
            continue
        if line and _runs_on(previous):
            previous = line
            continue
        previous = ""
        folded = line[:2_000].casefold()
        if not any(part in folded for part in own):
            out.append(line)
    return out


def _runs_on(previous: str) -> bool:
    """Whether a quoted line was wrapped by a mailer, so that the next line belongs to the quotation."""
    return len(previous) > 60 and not previous.endswith((".", "!", "?", ":"))


def _trimmed(lines: Sequence[str]) -> str:
    """Without signature after "-- ", device lines and rules at the end, and blank lines around."""
    kept: list[str] = []
    for line in lines:
        if line.strip() == "--" and any(kept):
            break
        kept.append(line)
    while kept and (not kept[-1].strip() or DEVICE.match(kept[-1][:200]) or RULE.match(kept[-1][:200])):
        kept.pop()
    first = next((at for at, line in enumerate(kept) if line.strip()), len(kept))
    return "\n".join(line.strip() for line in kept[first:]).strip()
