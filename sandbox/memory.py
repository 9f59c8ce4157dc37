"""What the stand-in providers hold, by name and by person. In memory, bounded, thread-safe."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.calls import Call
from sandbox.mail import Mail
from sandbox.sms import Text

Entry = Text | Mail | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person whose phone and mailbox the page shows."""

    name: str
    phone: str | None = None
    email: str | None = None
    zone: str = "UTC"  # IANA name: the person's own clock

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(address for address in (self.phone, self.email) if address)


class Memory:
    """Texts, mails and people. Beyond `most` texts or mails the oldest are forgotten."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._lock = threading.RLock()
        self._texts: OrderedDict[str, Text] = OrderedDict()
        self._mails: OrderedDict[str, Mail] = OrderedDict()
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._threads: dict[str, list[Entry]] = {}
        self._contacts: dict[str, Contact] = {}
        self._changes = 0

    @property
    def changes(self) -> int:
        """Grows with every text and mail, so that a page knows when to redraw."""
        return self._changes

    def introduce(self, contact: Contact) -> None:
        """Give a number and an address the name that the phones page shows."""
        with self._lock:
            for address in contact.addresses:
                self._contacts[address.lower()] = contact

    def contact(self, address: str) -> Contact:
        """Whose number or address that is; a stranger is called by it."""
        with self._lock:
            known = self._contacts.get(address.lower())
        if known is not None:
            return known
        if "@" in address:
            return Contact(name=address, email=address)
        return Contact(name=address, phone=address)

    def contacts(self) -> list[Contact]:
        """Everybody introduced, and every stranger who got or wrote something."""
        with self._lock:
            people = {id(contact): contact for contact in self._contacts.values()}
            strangers = [address for address in self._threads if address not in self._contacts]
        return [*people.values(), *(self.contact(address) for address in strangers)]

    def thread(self, address: str) -> Sequence[Entry]:
        """What that number or address got and wrote, oldest first."""
        with self._lock:
            return tuple(self._threads.get(address.lower(), ()))

    def forget_text(self, sid: str) -> bool:
        """The provider deletes its copy; the phone that has the text keeps it. False where there was none."""
        with self._lock:
            return self._texts.pop(sid, None) is not None

    def forget_mails(self, address: str) -> int:
        """The provider erases what it keeps of that address; the mailbox that has the mails keeps them."""
        with self._lock:
            gone = [
                one.id
                for one in self._mails.values()
                if address.lower() in (one.to.lower(), one.from_.lower())
            ]
            for mail_id in gone:
                del self._mails[mail_id]
            return len(gone)

    def keep(self, entry: Entry) -> None:
        """Remember a text or mail under the person who got or wrote it."""
        with self._lock:
            self._threads.setdefault(_person(entry), []).append(entry)
            self._changes += 1
            if isinstance(entry, Text):
                self._texts[entry.sid] = entry
                if len(self._texts) > self._most:
                    self._drop(self._texts.popitem(last=False)[1])
            elif isinstance(entry, Call):
                self._calls[entry.sid] = entry
                if len(self._calls) > self._most:
                    self._drop(self._calls.popitem(last=False)[1])
            else:
                self._mails[entry.id] = entry
                if len(self._mails) > self._most:
                    self._drop(self._mails.popitem(last=False)[1])

    def forget(self) -> None:
        """Drop every text and mail; people stay."""
        with self._lock:
            self._texts.clear()
            self._mails.clear()
            self._calls.clear()
            self._threads.clear()
            self._changes += 1

    def texts(self, *, to: str | None = None, from_: str | None = None) -> list[Text]:
        """Texts newest first, of one recipient or sender where named."""
        with self._lock:
            of_person = self._threads.get((to or "").lower()) or self._threads.get((from_ or "").lower())
            searched: Sequence[Entry] = of_person if of_person is not None else list(self._texts.values())
            return [
                entry
                for entry in reversed(searched)
                if isinstance(entry, Text) and to in (None, entry.to) and from_ in (None, entry.from_)
            ]

    def changed(self) -> None:
        """Something that is kept has changed, so that pages redraw."""
        with self._lock:
            self._changes += 1

    def call(self, sid: str) -> Call | None:
        """The call of that name."""
        with self._lock:
            return self._calls.get(sid)

    def calls(self, *, to: str | None = None, from_: str | None = None) -> list[Call]:
        """Calls oldest first, of one phone where named."""
        with self._lock:
            return [
                one for one in self._calls.values() if to in (None, one.to) and from_ in (None, one.from_)
            ]

    def text(self, sid: str) -> Text | None:
        """The text of that name."""
        with self._lock:
            return self._texts.get(sid)

    def mails(self) -> list[Mail]:
        """All mails, newest first."""
        with self._lock:
            return list(reversed(self._mails.values()))

    def mail(self, mail_id: str) -> Mail | None:
        """The mail of that name."""
        with self._lock:
            return self._mails.get(mail_id)

    def last_text_to(self, phone: str) -> Text | None:
        """The newest text that the program sent to that number."""
        texts = (entry for entry in reversed(self.thread(phone)) if isinstance(entry, Text))
        return next((text for text in texts if not text.is_inbound), None)

    def last_mail_to(self, address: str) -> Mail | None:
        """The newest mail that the program sent to that address."""
        mails = (entry for entry in reversed(self.thread(address)) if isinstance(entry, Mail))
        return next((mail for mail in mails if not mail.is_inbound), None)

    def _drop(self, entry: Entry) -> None:
        person = _person(entry)
        rest = [other for other in self._threads.get(person, ()) if other is not entry]
        if rest:
            self._threads[person] = rest
        else:
            self._threads.pop(person, None)


def _person(entry: Entry) -> str:
    return ((entry.from_ or "") if entry.is_inbound else entry.to).lower()
