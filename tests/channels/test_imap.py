"""The program's own mailbox on a real IMAP server: emptied as it is read, verified, and nothing lost on the way."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

import pytest

from channels.imap import ImapMailbox, Letter, MailboxFailed
from tests.channels.test_smtp import self_signed
from tests.imap_server import USER, Mailbox, imap_server


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    """A server without TLS, as it may be used on this very machine."""
    with imap_server() as mailbox:
        yield mailbox


def answer(text: str, *, number: str = "1") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "dana@example.org", "buddies+r.Tok3n@hospital.example.org"
    mail["Subject"], mail["Message-ID"] = "Re: this week", f"<{number}@example.org>"
    mail.set_content(text)
    return mail


def emptied(url: str) -> list[Letter]:
    letters: list[Letter] = []
    ImapMailbox.named(url).empty(letters.append)
    return letters


def test_every_mail_is_handed_on_and_then_gone(server: Mailbox) -> None:
    server.put(answer("1"))
    server.put(answer("3 please", number="2"))
    letters = emptied(server.url)
    assert [letter.mail.text.strip() for letter in letters] == ["1", "3 please"]
    assert letters[0].mail.reply_token("buddies+r.", "hospital.example.org") == "Tok3n"
    assert server.count() == 0
    assert emptied(server.url) == []


def test_a_mail_that_is_not_taken_stays_and_holds_up_no_other(server: Mailbox) -> None:
    server.put(answer("first"))
    server.put(answer("second", number="2"))
    taken: list[str] = []

    def take(letter: Letter) -> None:
        if "first" in letter.mail.text:
            raise RuntimeError("the database is away")
        taken.append(letter.mail.text.strip())

    ImapMailbox.named(server.url).empty(take)
    assert taken == ["second"]
    assert server.count() == 1
    assert [letter.mail.text.strip() for letter in emptied(server.url)] == ["first"]


def test_the_same_mail_delivered_twice_has_one_id_and_another_text_under_its_id_a_second(
    server: Mailbox,
) -> None:
    relayed = b"Received: by another.example.org\r\n" + answer("1").as_bytes()
    for mail in (answer("1"), relayed, answer("I want to die"), answer("1", number="2")):
        server.put(mail)
    first, again, other_text, other_id = (letter.id for letter in emptied(server.url))
    assert first == again
    assert len({first, other_text, other_id}) == 3


def test_words_are_read_whatever_hangs_behind_them(server: Mailbox) -> None:
    mail = answer("I want to die")
    mail.add_attachment(bytes(4_000_000), maintype="image", subtype="png", filename="ward.png")
    server.put(mail)
    (letter,) = emptied(server.url)
    assert letter.mail.text.strip() == "I want to die"


@pytest.mark.parametrize(
    ("spoiled", "step"),
    [
        (lambda url: url.replace("ss", "xx"), "login"),
        (lambda url: url + "?starttls=required", "tls"),  # this server offers none
    ],
)
def test_a_mailbox_that_does_not_open_says_why(server: Mailbox, spoiled: type[str], step: str) -> None:
    with pytest.raises(MailboxFailed, match=step):
        emptied(spoiled(server.url))


def test_a_folder_that_is_not_there_says_so(server: Mailbox) -> None:
    with pytest.raises(MailboxFailed, match="folder"):
        ImapMailbox.named(server.url, folder="Nowhere").empty(lambda _: None)


@contextmanager
def answering(greeting: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that takes one connection, greets and hangs up; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            with listening.accept()[0] as plain:
                try:
                    with context.wrap_socket(plain, server_side=True) if context else plain as talk:
                        talk.sendall(greeting)
                except OSError:
                    return

        thread = Thread(target=greet, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


@pytest.mark.parametrize(("greeting", "step"), [(b"", "connect"), (b"* OK hello\r\n", "connect|login")])
def test_a_server_that_hangs_up_is_no_crash(greeting: bytes, step: str) -> None:
    with answering(greeting) as port, pytest.raises(MailboxFailed, match=step):
        emptied(f"imap://a:b@127.0.0.1:{port}")


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool) -> None:
    certificate, key = self_signed(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with imap_server(certificate, key) as mailbox:
        url = f"{mailbox.url}?starttls=required"
        if trusted:
            assert emptied(url) == []
        else:
            with pytest.raises(MailboxFailed, match="tls"):
                emptied(url)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    with answering(b"* OK hello\r\n", context) as port, pytest.raises(MailboxFailed, match="tls"):
        emptied(f"imaps://a:b@127.0.0.1:{port}")


@pytest.mark.parametrize(
    "url",
    ["imap://a:b@mail.example.org", "imaps://mail.example.org", "smtp://a:b@127.0.0.1", "mail.example.org"],
)
def test_an_address_without_tls_or_name_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="imaps"):
        ImapMailbox.named(url)


def test_the_mailbox_shows_no_password(server: Mailbox) -> None:
    assert USER
    assert "wörd" not in repr(ImapMailbox.named(server.url))
