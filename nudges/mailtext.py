"""Cuts what a person wrote out of a mail: our own words, quotations and what programs add are left behind.

The first line that holds one of our own addresses or the marker ends the reply; quotation marks, attribution lines
and header blocks in many languages end it where neither is there. Every step is linear in the length of the mail.
"""

import re
from collections.abc import Mapping, Sequence

from nudges.mailhtml import html_text

LOOKED_AT = 200_000  # characters; of a longer mail its start and its end
MARKERS = ("reply above this line", "write your reply above", "responda encima de esta linea", "repondez au-dessus")
_LONGEST_ATTRIBUTION = 400

_QUOTE = re.compile(r"\s*(?:>|\|\s|&gt;)")
_WROTE = (
    r"wrote|writes|a écrit|schrieb|escribi[oó]|escreveu|ha scritto|schreef|skrev|napisa[łl]|kirjoitti|написал|пише|"
    r"写道|寫道|작성|yazdı|psal|írta|scrisse|έγραψε|a scris|va escriure|さんは書きました|さんが書きました|cita|sent"
)
_ATTRIBUTION = re.compile(rf"(?:{_WROTE}).{{0,200}}[:：]\s*$|<[^<>\s]{{1,200}}@[^<>\s]{{1,200}}>\)?[^<>]{{0,40}}[:：]\s*$")
_DATED = re.compile(r"\d{1,2}[:.h]\d\d|\d{4}|\d{1,2}/\d{1,2}|@")
_OPENS = re.compile(
    r"\s*(?:\*|>)?\s*(?:on|le|el|am|em|il|op|den|dne|dnia|w dniu|pe|ke|ma|ti|on the|at|в|вт|a|la|tir|til|d\.|"
    r"\w{1,6}\.?,?\s+\d|\d{1,4}[.年/\-년]|[^<>\n]{1,80}<[^<>\s]{1,200}@|[^<>\n]{1,60}\bwrote\s*:|@?\w[\w .'-]{0,40}\s(?:wrote|writes)\s*:)",
    re.IGNORECASE,
)
_HEADER_FROM = re.compile(
    r"\s*\*?(?:from|de|von|da|van|från|fra|od|от|lähettäjä|kimden|gönderen|发件人|寄件者|差出人|보낸 사람)\s?\*?\s?[:：]", re.IGNORECASE
)
_HEADER_OTHER = re.compile(
    r"\s*\*?(?:sent|date|to|subject|cc|reply-to|envoyé|objet|à|gesendet|datum|an|betreff|enviado(?: el)?|fecha|para|asunto|"
    r"inviato|oggetto|data|a|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat|enviada em|assunto|"
    r"кому|тема|дата|发送时间|收件人|主题|日期|送信日時|宛先|件名|보낸 날짜|받는 사람|제목)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*[-_=*]{2,40}\s*(?:original message|forwarded message|message d.origine|message original|ursprüngliche nachricht|"
    r"originalnachricht|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|reply message|"
    r"ursprungligt meddelande|original besked|wiadomość oryginalna|original appointment|reply to message|forwarded by .{1,60})"
    r"\s*[-_=*]{0,40}\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_\-=*]{10,}\s*$")
_DEVICE = re.compile(
    r"\s*(?:sent (?:from|via|with|using) .{1,80}|get outlook for .{1,80}|enviado (?:desde|do|de) .{1,60}|"
    r"envoyé (?:de|depuis) .{1,60}|von meine[mr] .{1,40}gesendet|gesendet (?:von|mit) .{1,60}|inviato da .{1,60}|"
    r"verzonden (?:vanaf|met|via) .{1,60}|verstuurd vanaf .{1,60}|skickat från .{1,60}|sendt fra .{1,60}|"
    r"wysłane z .{1,60}|outlook (?:for|für|pour|para) .{1,40}|obtenir outlook .{1,40}|obtener outlook .{1,60}|"
    r"(?:i|my) ?phone(?:から送信)?|iphoneから送信|发自我的.{1,20}|나의 iphone에서 보냄|sent on the go.{0,40}|"
    r"yahoo mail: .{1,60}|télécharger outlook .{1,40}|holen sie sich outlook .{1,40})\s*$",
    re.IGNORECASE,
)
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_SUPPRESSING = frozenset({"all", "oof", "autoreply", "dr", "rn", "nrn"})


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


def is_automatic(headers: Mapping[str, str], *, envelope_from: str | None = None) -> bool:
    """Whether a program sent the mail: out-of-office, bounce, bulk (RFC 3834). Header names in any case.

    An empty envelope sender is a bounce's or an autoresponder's; None means that it was not told.
    """
    told = {name.lower(): value.strip().lower() for name, value in headers.items()}
    suppress = {part.strip() for part in told.get("x-auto-response-suppress", "").split(",")}
    return (
        told.get("auto-submitted", "no").partition(";")[0].strip() not in {"", "no"}
        or told.get("precedence", "") in _BULK
        or (envelope_from is not None and envelope_from.strip().strip("<>") == "")
        or told.get("return-path", "?").replace(" ", "") in {"<>", ""}
        or any(name in told for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "list-id", "feedback-id"))
        or bool(suppress & _SUPPRESSING)
    )


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
        if any(part in folded for part in own) or _QUOTE.match(line):
            return _back(lines, at)
        if _SEPARATOR.match(line[:200]) or _is_header(lines, at) or _is_attribution(lines, at):
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
        elif near <= 3 and (_RULE.match(line[:200]) or _SEPARATOR.match(line[:200]) or _is_header(lines, above)):
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
        if _OPENS.match(joined) and _DATED.search(joined) and (
            _ATTRIBUTION.search(joined) or (joined.endswith("<") and start == last) or re.search(_WROTE, joined[-60:])
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
            if len(joined) > _LONGEST_ATTRIBUTION or not _OPENS.match(joined) or not _DATED.search(joined):
                return False
            return bool(_ATTRIBUTION.search(joined))
    return False


def _is_header(lines: Sequence[str], at: int) -> bool:
    if not _HEADER_FROM.match(lines[at][:200]):
        return False
    return any(_HEADER_OTHER.match(line[:200]) for line in lines[at + 1 : at + 4])


def _below(lines: Sequence[str], cut: int, own: Sequence[str]) -> list[str]:
    """What stands under or between quoted lines, for those who answer below."""
    quoted = [at for at in range(cut, len(lines)) if _QUOTE.match(lines[at])]
    if not quoted:
        return []
    out: list[str] = []
    previous = ""
    for line in lines[quoted[0] :]:
        if _QUOTE.match(line):
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
    while kept and (not kept[-1].strip() or _DEVICE.match(kept[-1][:200]) or _RULE.match(kept[-1][:200])):
        kept.pop()
    first = next((at for at, line in enumerate(kept) if line.strip()), len(kept))
    return "\n".join(line.strip() for line in kept[first:]).strip()
