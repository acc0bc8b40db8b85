"""The board as one person sees it where a network has buttons and forms: what is on, and what they can do."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor, Role
from ptgbot.core.panels import Button, Choice, Field, Form, Panel, Section
from ptgbot.features.openspaces.model import POSTS, Fate, Lane, post_id
from ptgbot.features.people.model import holdings, voice_required
from ptgbot.features.presence.model import CHECKINS, here
from ptgbot.features.reminders.model import REMINDERS, WISHES, Reminder, Wish, asked_name
from ptgbot.features.schedule.model import (
    BOOKINGS,
    ROOMS,
    TRACKS,
    PlannedDay,
    bookings_by_place,
    find_place,
    format_place,
    plan,
    sorted_rooms,
    today,
)
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.features.topics.model import TOPICS

__all__ = ["FORMS", "form", "panel"]

FORMS = ("now", "next", "book", "in", "subscribe", "remind", "quiet")

_MOST_TALKS = 60  # lines; beyond that the page is the better place
_LONG = 300  # characters of a line, likewise
_MOST_WAITING = 10  # things that wait for an organiser; each has two buttons
_MOST_STOPPED = 20  # reminders that have a button each


def panel(view: View, event: Event, now: datetime, actor: Actor) -> Panel:
    """Return what somebody sees.

    Args:
        view: The whole state; of it, only what everybody may see and what is the person's own is shown.
        event: The conference.
        now: This instant (aware, UTC).
        actor: Who looks, and what they may do.
    """
    sections = [
        _own(view, event, actor),
        *_waiting(view, event, actor),
        _reminders(view, actor),
        _talks(view, event, actor),
        Section("Next", _NEXT(view)),
    ]
    day = today(view, event, now)
    if day is not None:
        sections.append(_day(view, event, day, now))
    return Panel(tuple(sections))


def may_speak(view: View, actor: Actor) -> bool:
    """Return whether somebody may speak for tracks at the moment."""
    return actor.role >= Role.MODERATOR or not voice_required(view)


def _own(view: View, event: Event, actor: Actor) -> Section:
    check_in = next((c for c in holdings(view, CHECKINS, actor) if c.left is None), None)
    subscription = next(iter(holdings(view, SUBSCRIPTIONS, actor)), None)
    lines = [
        f"You are in {check_in.location}, since {event.local(check_in.since):%H:%M}."
        if check_in
        else "You are not checked in anywhere: people cannot see where you are.",
        f"You hear of topics that match: {subscription.pattern}"
        if subscription
        else "You have no subscription: you hear of no topic by yourself.",
    ]
    buttons = [Button("I am somewhere else" if check_in else "I am here…", form="in", primary=check_in is None)]
    if check_in:
        buttons.append(Button("I left", command="+out"))
    buttons.append(Button("Change subscription…" if subscription else "Subscribe…", form="subscribe"))
    if subscription:
        buttons.append(Button("End subscription", command="+unsubscribe"))
    return Section("You", tuple(lines), tuple(buttons))


def _waiting(view: View, event: Event, actor: Actor) -> Iterator[Section]:
    """Yield what waits for an organiser's word, if they are one and there is any."""
    found = _WAITING(view, event) if actor.role >= Role.ORGANISER else ()
    if not found:
        return
    lines = [waiting.line for waiting in found[:_MOST_WAITING]]
    if len(found) > _MOST_WAITING:
        lines.append(f"… and {len(found) - _MOST_WAITING} more: '~reminders' and '~posts' show them.")
    buttons = []
    for waiting in found[:_MOST_WAITING]:
        if waiting.is_whole:
            buttons.append(Button(f"Approve {waiting.name}", command=f"~approve {waiting.name}", primary=True))
        buttons.append(Button(f"Deny {waiting.name}", command=f"~deny {waiting.name}", danger=True))
    yield Section("Waiting for your word", _bounded(lines), tuple(buttons))


class _Waiting(NamedTuple):
    """Something that waits: its id, a line about it, and whether nothing but a word is missing."""

    name: str
    line: str
    is_whole: bool


def _find_waiting(view: View, event: Event) -> tuple[_Waiting, ...]:
    asked: dict[str, list[Reminder]] = {}
    for reminder in sorted(view.where(REMINDERS, "waits", value=True).values(), key=lambda r: (r.due, r.place)):
        asked.setdefault(asked_name(reminder), []).append(reminder)
    found = []
    for name, reminders in asked.items():
        places = ", ".join(reminder.place.removesuffix(":timeline") for reminder in reminders)
        what = reminders[0].text or f"what begins at {event.local(reminders[0].start):%H:%M}"
        found.append(_Waiting(name, f"{name} to {places} on {_moment(reminders[0].due, event)}: {what}", is_whole=True))
    posts = [post for lane in _LOOKED_AT for post in view.where(POSTS, "lane", lane).values() if post.fate is Fate.OPEN]
    for post in sorted(posts, key=lambda p: (p.start is None, p.start or p.at, p.number)):
        where = f"{post.room or 'a room that is not known'}, "
        where += "at a time that is not known" if post.start is None else _moment(post.start, event)
        line = f"{post_id(post.number)} by {post.name}, {where} ({post.reason}): {' '.join(post.text.split())}"
        whole = bool(post.room) and post.start is not None and post.lane is Lane.OUTGOING
        found.append(_Waiting(post_id(post.number), line, whole))
    return tuple(found)


def _moment(instant: datetime, event: Event) -> str:
    return f"{event.local(instant):%a %H:%M}"


_LOOKED_AT = (Lane.OUTGOING, Lane.REVIEW, Lane.CONFLICT)
_WAITING: Derived[tuple[_Waiting, ...]] = Derived((REMINDERS, POSTS), _find_waiting)


def _wish(view: View, actor: Actor) -> Wish | None:
    return next(iter(holdings(view, WISHES, actor)), None)


def _reminders(view: View, actor: Actor) -> Section:
    """Return what somebody is reminded of, each with a button that ends it."""
    wish = _wish(view, actor)
    tracks = wish.tracks if wish else ()
    quiet = wish.quiet if wish else ""
    lines = [f"#{track}: {minutes} minutes before each of its slots" for track, minutes in tracks]
    if tracks or quiet:
        hours = "You have no quiet hours." if quiet == "off" else f"Your quiet hours: {quiet or 'those of the event'}."
        lines.append(hours)
    buttons = [Button("Remind me…", form="remind")] if view.all(TRACKS) else []
    buttons += [Button(f"Stop #{track}", command=f"+remind off #{track}") for track, _ in tracks[:_MOST_STOPPED]]
    buttons.append(Button("Quiet hours…", form="quiet"))
    return Section("Your reminders", _bounded(lines or ["You are reminded of nothing."]), tuple(buttons))


def _talks(view: View, event: Event, actor: Actor) -> Section:
    buttons: tuple[Button, ...] = ()
    if may_speak(view, actor) and view.all(TRACKS):
        buttons = (
            Button("Set what is on now…", form="now", primary=True),
            Button("Announce what is next…", form="next"),
            Button("Book a room…", form="book"),
        )
    return Section("Now", _NOW(view, event), buttons)


def _now(view: View, event: Event) -> tuple[str, ...]:
    return _bounded([*_now_lines(view, event)] or ["Nobody has said what they are talking about yet."])


def _now_lines(view: View, event: Event) -> Iterator[str]:
    for name, topic in sorted(view.all(TOPICS).items()):
        if topic.now is None:
            continue
        since = f", since {event.local(topic.now.since):%H:%M}" if topic.now.since else ""
        where = f" ({topic.location}{since})" if topic.location else f" ({since[2:]})" if since else ""
        people = here(view, name)
        crowd = f" · {len(people)} here" if people else ""
        yield f"#{name}{where}: {topic.now.text}{crowd}"


def _next(view: View) -> tuple[str, ...]:
    lines = [f"#{name}: {text}" for name, topic in sorted(view.all(TOPICS).items()) for text in topic.next]
    return _bounded(lines or ["Nothing is announced yet."])


def _booked(view: View, slot: str) -> str:
    """Return which tracks have a slot, and where; empty where none has."""
    booked = bookings_by_place(view)
    found = [(room.name, booked.get((room.name, slot))) for room in sorted_rooms(view)]
    return ", ".join(f"{booking.track} in {room}" for room, booking in found if booking is not None)


# What everybody sees alike is made once for all whose Homes are open.
_NOW: Derived[tuple[str, ...]] = Derived((TOPICS, CHECKINS), _now)
_NEXT: Derived[tuple[str, ...]] = Derived((TOPICS,), _next)
_BOOKED: Derived[str] = Derived((ROOMS, BOOKINGS), _booked)


def _day(view: View, event: Event, day: PlannedDay, now: datetime) -> Section:
    lines = []
    for planned in day.slots:
        booked = _BOOKED(view, planned.slot.name)
        if booked:
            mark = " (now)" if planned.runs(now) else ""
            lines.append(f"{planned.slot.desc or planned.slot.name}{mark}: {booked}")
    heading = f"Today: {day.day.name}" if day.date == event.local(now).date() else day.day.name
    return Section(f"{heading} ({event.zone.key} time)", _bounded(lines or ["Nothing is booked."]))


def _bounded(lines: list[str]) -> tuple[str, ...]:
    lines = [line if len(line) <= _LONG else f"{line[: _LONG - 1]}…" for line in lines]
    if len(lines) <= _MOST_TALKS:
        return tuple(lines)
    return (*lines[:_MOST_TALKS], f"… and {len(lines) - _MOST_TALKS} more.")


def form(name: str, view: View, event: Event, now: datetime, actor: Actor, *, text: str = "") -> Form | None:
    """Return a form.

    Args:
        name: Which; one of ``FORMS``.
        view: The whole state.
        event: The conference.
        now: This instant (aware, UTC).
        actor: Who fills it in.
        text: What is filled in already, such as the message that becomes a topic.

    Returns:
        The form; None where there is none of that name.
    """
    text = " ".join(text.split())
    track = Field("track", "Track", _tracks(view), initial=_track_of(view, actor))
    match name:
        case "now":
            said = Field("text", "What is on now", initial=text, hint="It clears what was announced as next.")
            return Form("now", "Set what is on now", "#{track} now {text}", (track, said))
        case "next":
            said = Field("text", "What is next", initial=text)
            return Form("next", "Announce what is next", "#{track} next {text}", (track, said), "Announce")
        case "book":
            free = _free(view, event, now)
            place = Field("place", "Free slot", free, hint="" if free else "No slot is free at the moment.")
            return Form("book", "Book a room", "#{track} book {place}", (track, place), "Book")
        case "in":
            where = Field("place", "Where are you?", initial=text, hint="A track, such as #nova, or any words.")
            return Form("in", "Where are you?", "+in {place}", (where,), "I am here")
        case "remind":
            hint = "Left empty, it is as the event has it."
            minutes = Field("minutes", "How many minutes before", hint=hint, optional=True)
            return Form("remind", "Be reminded of a track", "+remind #{track} {minutes}", (track, minutes), "Remind me")
        case "quiet":
            wish = _wish(view, actor)
            hint = "Such as 23:00-06:30; 'off' for none, 'default' for those of the event."
            hours = Field("hours", "Do not remind me", initial=wish.quiet if wish else "", hint=hint)
            return Form("quiet", "Quiet hours", "+quiet {hours}", (hours,))
        case "subscribe":
            held = next(iter(holdings(view, SUBSCRIPTIONS, actor)), None)
            hint = "Words, or a pattern such as nova|cinder. You are told of every topic that matches."
            wanted = Field("pattern", "Tell me of", initial=held.pattern if held else "", hint=hint)
            return Form("subscribe", "Subscribe", "+subscribe {pattern}", (wanted,), "Subscribe")
        case _:
            return None


def _tracks(view: View) -> tuple[Choice, ...]:
    return tuple(Choice(name, name) for name in sorted(view.all(TRACKS)))


def _track_of(view: View, actor: Actor) -> str:
    """Return the track that somebody is checked in to; empty where they are at none."""
    for check_in in holdings(view, CHECKINS, actor):
        name = check_in.location.removeprefix("#")
        if check_in.left is None and check_in.location.startswith("#") and view.get(TRACKS, name) is not None:
            return name
    return ""


def _free(view: View, event: Event, now: datetime) -> tuple[Choice, ...]:
    """Return the free slots of rooms that are not over, in order of time."""
    booked = bookings_by_place(view)
    choices = []
    for day in plan(view, event):
        for planned in day.slots:
            if planned.end is not None and planned.end <= now:
                continue
            for room in sorted_rooms(view):
                code = format_place(room.name, planned.slot.name)
                free = planned.slot.name in room.slots and (room.name, planned.slot.name) not in booked
                if free and find_place(view, code) is not None:
                    label = f"{planned.slot.desc or planned.slot.name} {room.name}"
                    choices.append(Choice(code, label, day.day.name))
    return tuple(choices)
