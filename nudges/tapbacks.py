"""Recognises the reactions of phones that arrive as texts quoting an earlier message ("Liked “…”")."""

import re
from dataclasses import dataclass

# The wordings of iOS and Android in English, Spanish and French; the quoted message follows.
_VERBS = (
    r"liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|hearted|thumbed up|"
    r"reacted .{1,24}? (?:to|with .{1,12})|removed an? .{1,24}? from|"
    r"(?:le|les) (?:gust[oó]|encant[oó]|disgust[oó])|(?:le|les) dio (?:risa|importancia|like)(?: a)?|"
    r"(?:se )?ri[oó] (?:de|con)|enfatiz[oó]|destac[oó]|pregunt[oó] (?:por|sobre)|cuestion[oó]|"
    r"(?:le dio|ha dado|dio) (?:me gusta|me encanta|no me gusta)(?: a)?|no le gust[oó]|"
    r"(?:ha reaccionado|reaccion[oó]) .{0,24}?(?:a|con .{1,12} a)|le ha (?:gustado|encantado)|"
    r"(?:a )?(?:aim[eé]|ador[eé]|d[eé]test[eé]|mis en (?:avant|valeur|evidence|évidence)|ri (?:[aà]|de)|"
    r"soulign[eé]|questionn[eé]|insist[eé] sur|remis en question)|n['’]a pas aim[eé]|"
    r"a r[eé]agi .{0,24}?(?:[aà]|avec .{1,12} [aà])|a mis .{1,20}? [aà]"
)
_OPEN = '“”„«"‹'
_CLOSE = '”“»"›'
_REACTION = re.compile(rf"\s*(?:{_VERBS}|[^\w\s“”„«\"]{{1,8}}\s+(?:to|a|[aà]))\s*[{_OPEN}]", re.IGNORECASE)
_PICTURE = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|a aim[eé]|le gust[oó]|le encant[oó]|a ador[eé])"
    r" (?:an?|une?|una?|la|el|l['’]) ?(?:image|photo|picture|video|vid[eé]o|imagen|foto|attachment|audio message|link|"
    r"sticker|gif|movie|message|contact|voice message)\s*\.?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A text taken apart: what it quotes as a reaction (None: it is no reaction) and what it says after that."""

    quoted: str | None
    rest: str


def untapped(text: str) -> Told:
    """Takes a reaction apart. Linear; only the head and the last closing quotation mark are looked at."""
    if _PICTURE.fullmatch(text[:80]) and len(text) <= 80:
        return Told(quoted="", rest="")
    head = text.replace("\u200a", "").replace("\u200b", "").replace("\u2009", "").replace("\xa0", " ")
    found = _REACTION.match(head[:200])
    if found is None:
        return Told(quoted=None, rest=text)
    body = head[found.end() :]
    end = max(body.rfind(sign) for sign in _CLOSE)
    if end < 0:
        return Told(quoted=body, rest="")
    return Told(quoted=body[:end], rest=body[end + 1 :])
