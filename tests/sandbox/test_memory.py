"""What the stand-ins hold is bounded, found by person, and never mixed up."""

from datetime import UTC, datetime

from sandbox.mail import Mail
from sandbox.memory import Contact, Memory
from sandbox.sms import Text

AT = datetime(2026, 11, 24, tzinfo=UTC)


def out(number: int, to: str = "+1555") -> Text:
    return Text(
        sid=f"SM{number}",
        from_="+1500",
        to=to,
        body=str(number),
        direction="outbound-api",
        status="sent",
        at=AT,
    )


def letter(number: int, to: str = "P@example.org") -> Mail:
    return Mail(
        id=str(number), from_="b@x.org", from_name="", to=to, reply_to="", subject="", text="", html="", at=AT
    )


def test_the_oldest_is_forgotten_everywhere() -> None:
    memory = Memory(most=3)
    for number in range(5):
        memory.keep(out(number))
        memory.keep(letter(number))
    assert [text.body for text in memory.texts()] == ["4", "3", "2"]
    assert [text.body for text in memory.texts(to="+1555")] == ["4", "3", "2"]
    assert memory.text("SM1") is None
    assert [mail.id for mail in memory.mails()] == ["4", "3", "2"]
    assert len(memory.thread("p@EXAMPLE.org")) == 3


def test_a_person_without_anything_left_is_gone_from_the_list() -> None:
    memory = Memory(most=1)
    memory.keep(out(1, "+1"))
    memory.keep(out(2, "+2"))
    assert [contact.name for contact in memory.contacts()] == ["+2"]


def test_people_are_known_by_number_and_address() -> None:
    memory = Memory(most=10)
    ana = Contact(name="Ana", phone="+1555", email="Ana@example.org")
    memory.introduce(ana)
    memory.keep(letter(1, "stranger@example.org"))
    assert memory.contact("ana@EXAMPLE.org") is memory.contact("+1555") is ana
    assert memory.contacts() == [ana, Contact(name="stranger@example.org", email="stranger@example.org")]


def test_forgetting_keeps_the_people_and_tells_the_page() -> None:
    memory = Memory(most=10)
    memory.introduce(Contact(name="Ana", phone="+1555"))
    memory.keep(out(1))
    before = memory.changes
    memory.forget()
    assert memory.changes > before
    assert (memory.texts(), len(memory.contacts())) == ([], 1)
