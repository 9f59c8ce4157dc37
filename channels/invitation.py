"""A private calendar entry with a neutral title (RFC 5545, by the icalendar library): it names nobody and no reason."""

from datetime import datetime, timedelta

TITLE = "Hold"
LENGTH = timedelta(minutes=30)


def invitation(uid: str, at: datetime, now: datetime, *, length: timedelta = LENGTH) -> bytes:
    """The entry as a file. `uid` is an opaque id; instants are aware."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Prepaired//EN")
    calendar.add("version", "2.0")
    event = Event()
    event.add("uid", f"{uid}@prepaired")
    event.add("dtstamp", now)
    event.add("dtstart", at)
    event.add("dtend", at + length)
    event.add("summary", TITLE)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
