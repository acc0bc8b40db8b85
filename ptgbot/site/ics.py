"""iCalendar (RFC 5545 and 7986): Sessions as bytes that every calendar program reads the same way.

What people and programs find where:

* ``SUMMARY`` begins with the track, which is what a narrow column of a calendar shows; the title follows where there
  is one, and the event's name, because among somebody's own appointments a track alone says little.
* ``LOCATION`` is the room, then the URL of the meeting. People need the room, which the original left out; who took
  the URL from there still finds it, at the end, where programs that make links of URLs take nothing after it along.
* ``CONFERENCE`` holds that URL alone, for programs with a button to join. ``URL`` is the page about the session where
  there is one, else the meeting, else the track's page.
* ``DESCRIPTION`` names whose session it is, that page, the pad and the meeting.

Instants are written in UTC: what zones a calendar brings along itself, readers understand in different ways.
"""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Timezone, TimezoneStandard
from icalendar import Event as VEvent

from ptgbot.core.clock import Event
from ptgbot.core.sessions import Session, Status

__all__ = ["write_calendar"]

REFRESH = "PT15M"
PRODUCT = "-//ptgbot//ptgbot//EN"

# What a line of a calendar cannot hold, or what some readers take for the end of one.
_UNPRINTABLE = frozenset(("Cc", "Cs", "Zl", "Zp"))


def write_calendar(name: str, sessions: Sequence[Session], event: Event) -> bytes:
    """Return a calendar.

    Each Session is written once and its bytes kept, so a calendar of many costs little more than those that changed.

    Args:
        name: What calendar programs call it.
        sessions: What is in it, in this order.
        event: The event that they belong to.

    Returns:
        The file; the same arguments give the same bytes.
    """
    head, tail = _frame(name, event.site_url, not sessions)
    return b"".join((head, *(_write_session(session, event.name) for session in sessions), tail))


@lru_cache(maxsize=2048)
def _frame(name: str, url: str, empty: bool) -> tuple[bytes, bytes]:  # noqa: FBT001 - private, for the cache
    """Return what stands before and after the Sessions."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", _plain(name))
    calendar.add("x-wr-calname", _plain(name))
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    if _is_link(url):
        calendar.add("url", url)
    if empty:
        # A calendar must hold something to be valid, and a zone that nothing refers to disturbs nobody.
        calendar.add_component(_utc())
    whole: bytes = calendar.to_ical()
    end = whole.rindex(b"END:VCALENDAR")
    return whole[:end], whole[end:]


def _utc() -> Timezone:
    zone = Timezone()
    zone.add("tzid", "Etc/UTC")
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - the standard wants it without a zone here
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    standard.add("tzname", "UTC")
    zone.add_component(standard)
    return zone


# More than the largest event has; one takes about 700 bytes.
@lru_cache(maxsize=8192)
def _write_session(session: Session, event_name: str) -> bytes:
    entry = VEvent()
    entry.add("uid", _plain(session.uid))
    entry.add("dtstamp", session.changed.astimezone(UTC))
    entry.add("last-modified", session.changed.astimezone(UTC))
    entry.add("sequence", session.revision)
    entry.add("dtstart", session.start.astimezone(UTC))
    entry.add("dtend", session.end.astimezone(UTC))
    title = f"{session.title} – {event_name}" if event_name else session.title
    cancelled = session.status is Status.CANCELLED
    entry.add("summary", _plain(f"Cancelled: {title}" if cancelled else title))
    entry.add("status", session.status.value)
    link = session.link if _is_link(session.link) else ""
    where = ", ".join(filter(None, (_plain(session.room), link)))
    if where:
        entry.add("location", where)
    about = session.about if _is_link(session.about) else ""
    pad = session.pad if _is_link(session.pad) else ""
    host = _plain(session.host)
    every = (("Host", host), ("About", about), ("Pad", pad), ("Meeting", link))
    told = [f"{word}: {text}" for word, text in every if text]
    if told:
        entry.add("description", "\n".join(told))
    if link:
        entry.add("conference", link, parameters={"VALUE": "URI", "LABEL": "Meeting"})
    if address := about or link or (session.page if _is_link(session.page) else ""):
        entry.add("url", address)
    if session.track:
        entry.add("categories", [_plain(session.track)])
    written: bytes = entry.to_ical()
    return written


def _plain(text: str) -> str:
    """Return a text as one line, without characters that would harm it; the library escapes the rest."""
    return " ".join("".join(" " if unicodedata.category(c) in _UNPRINTABLE else c for c in text).split())


def _is_link(text: str) -> bool:
    """Return whether a text can stand where a URL is written as it is."""
    return text.startswith(("https://", "http://")) and text == _plain(text) and " " not in text
