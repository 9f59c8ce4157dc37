"""How mail programs mark a quotation in many languages: attribution lines, header blocks, rules, device lines.

Every expression is bounded and meant for one line, or for up to three that are joined.
"""

import re

QUOTE = re.compile(r"\s*(?:>|\|\s|&gt;)")
WROTE = (
    r"wrote|writes|a écrit|schrieb|escribi[oó]|escreveu|ha scritto|schreef|skrev|napisa[łl]|kirjoitti|написал|пише|"
    r"写道|寫道|작성|yazdı|psal|írta|scrisse|έγραψε|a scris|va escriure|さんは書きました|さんが書きました|cita|sent"
)
ATTRIBUTION = re.compile(
    rf"(?:{WROTE}).{{0,200}}[:：]\s*$|<[^<>\s]{{1,200}}@[^<>\s]{{1,200}}>\)?[^<>]{{0,40}}[:：]\s*$"
)
DATED = re.compile(r"\d{1,2}[:.h]\d\d|\d{4}|\d{1,2}/\d{1,2}|@")
OPENS = re.compile(
    r"\s*(?:\*|>)?\s*(?:on|le|el|am|em|il|op|den|dne|dnia|w dniu|pe|ke|ma|ti|on the|at|в|вт|a|la|tir|til|d\.|"
    r"\w{1,6}\.?,?\s+\d|\d{1,4}[.年/\-년]|[^<>\n]{1,80}<[^<>\s]{1,200}@|"
    r"[^<>\n]{1,60}\bwrote\s*:|@?\w[\w .'-]{0,40}\s(?:wrote|writes)\s*:)",
    re.IGNORECASE,
)
HEADER_FROM = re.compile(
    r"\s*\*?(?:from|de|von|da|van|från|fra|od|от|lähettäjä|kimden|gönderen|发件人|寄件者|差出人|"
    r"보낸 사람)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
HEADER_OTHER = re.compile(
    r"\s*\*?(?:sent|date|to|subject|cc|reply-to|envoyé|objet|à|gesendet|datum|an|betreff|enviado(?: el)?|"
    r"fecha|para|asunto|inviato|oggetto|data|a|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|"
    r"wysłano|do|temat|enviada em|assunto|кому|тема|дата|发送时间|收件人|主题|日期|"
    r"送信日時|宛先|件名|보낸 날짜|받는 사람|제목)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
SEPARATOR = re.compile(
    r"\s*[-_=*]{2,40}\s*(?:original message|forwarded message|message d.origine|"
    r"message original|"
    r"ursprüngliche nachricht|originalnachricht|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht|mensagem original|"
    r"reply message|"
    r"ursprungligt meddelande|original besked|wiadomość oryginalna|original appointment|"
    r"reply to message|"
    r"forwarded by .{1,60})"
    r"\s*[-_=*]{0,40}\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*[_\-=*]{10,}\s*$")
DEVICE = re.compile(
    r"\s*(?:sent (?:from|via|with|using) .{1,80}|get outlook for .{1,80}|enviado (?:desde|do|de) .{1,60}|"
    r"envoyé (?:de|depuis) .{1,60}|von meine[mr] .{1,40}gesendet|gesendet (?:von|mit) .{1,60}|inviato da .{1,60}|"
    r"verzonden (?:vanaf|met|via) .{1,60}|verstuurd vanaf .{1,60}|skickat från .{1,60}|sendt fra .{1,60}|"
    r"wysłane z .{1,60}|outlook (?:for|für|pour|para) .{1,40}|obtenir outlook .{1,40}|obtener outlook .{1,60}|"
    r"(?:i|my) ?phone(?:から送信)?|iphoneから送信|发自我的.{1,20}|나의 iphone에서 보냄|sent on the go.{0,40}|"
    r"yahoo mail: .{1,60}|télécharger outlook .{1,40}|holen sie sich outlook .{1,40})\s*$",
    re.IGNORECASE,
)
