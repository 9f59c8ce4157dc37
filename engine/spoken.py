"""Instants and days as people say them, with the word that goes before: "by 4:30 p.m. on Fri, Nov 27"."""

from datetime import date, datetime

from nudges.clock import zone_of


def spoken_day(day: date) -> str:
    """A day: "on Fri, Nov 27"."""
    return f"on {day:%a, %b} {day.day}"


def spoken_time(at: datetime, zone: str) -> str:
    """A time that something happens by, in that zone: "by 4:30 p.m. on Fri, Nov 27"."""
    local = at.astimezone(zone_of(zone))
    half = "a.m." if local.hour < 12 else "p.m."
    return f"by {local.hour % 12 or 12}:{local.minute:02} {half} {spoken_day(local.date())}"
