"""The published JSON shape (base.json, ptg.json), and schedules: read into documents, all of it or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ptgbot.core.changes import Draft, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.identity import nick_identity
from ptgbot.features.admin.conversion import Guids, published_shape
from ptgbot.features.admin.reading import BadImport, Reading, cut, normal
from ptgbot.features.admin.schedule_import import ScheduleImport
from ptgbot.features.admin.timetable import Timetable, is_schedule, read_timetable
from ptgbot.features.motd.model import LEVELS, MOTD, Motd, Notice
from ptgbot.features.people.model import ACCESS, Access
from ptgbot.features.presence.model import CHECKINS, CheckIn
from ptgbot.features.schedule.model import BOOKINGS
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription, pattern_problem
from ptgbot.features.topics.model import (
    LINKS,
    TOPICS,
    Links,
    Now,
    Topic,
    is_link,
    links_of,
    put_links,
    put_topic,
    topic_of,
)

__all__ = ["Import", "Importer"]

KNOWN_KEYS = frozenset(
    "eventid tracks slots schedule talks now next etherpads urls colors location links motd voice last_check_in"
    " subscriptions timestamp".split()
)
_STAMP = re.compile(r"(?:19|2\d)\d\d-\d\d-\d\d[ T]\d\d:\d\d.*")
_NICK = re.compile(r"[^\s\x00-\x1f\x7f]{1,100}")
_MAX_PROBLEMS = 20
_MAX_NOTES = 50


@dataclass(frozen=True, slots=True)
class Import:
    """What an import changes.

    Args:
        edits: The edits.
        notes: What was altered or left out on the way, a sentence each.
    """

    edits: tuple[Edit, ...]
    notes: list[str]


class Importer:
    """Reads one JSON object: in the published shape, or a schedule, which is brought into that shape first.

    Args:
        view: The state it is imported into.
        event: The conference.
        network: The network whose nicks the check-ins and subscriptions of the file name.
        at: Now (aware, UTC).
        new_id: Makes an id that no document has.
        strict: Whether a value that the original bot took from chat but that is not safe to show (a colour that
            is none, a link that is none) is a problem; else it is left out, with a note.
    """

    def __init__(
        self, view: View, *, event: Event, network: str, at: datetime, new_id: Callable[[], str], strict: bool
    ) -> None:
        self.view = view
        self.event = event
        self.network = network
        self.at = at
        self.new_id = new_id
        self._reading = Reading(strict)

    def read(self, data: dict[str, Any]) -> Import:
        """Return what the object changes: each of its top-level keys replaces that key.

        Raises:
            BadImport: Something in it is wrong; it says what, all of it.
        """
        draft = Draft(self.view)
        reading = self._reading
        guids: Guids | None = None
        if is_schedule(data):
            table = read_timetable(data, reading, self.event)
            if not reading.problems and not table.talks:
                self._look_at_emptiness(table)
            if reading.is_small(len(table.talks), "days"):
                data, guids = published_shape(self.view, self.event, table, reading)
            if reading.problems:
                raise BadImport(_first(reading.problems, _MAX_PROBLEMS))
        for key in data:
            if key not in KNOWN_KEYS:
                reading.notes.append(f"'{cut(key)}' is no key that I know, left out")
        if data and not KNOWN_KEYS & data.keys():
            reading.problems.append(f"none of its keys is known: an event has {', '.join(sorted(KNOWN_KEYS)[:6])}, …")
        schedule = ScheduleImport(self.view, draft, reading, event=self.event, at=self.at, new_id=self.new_id)
        tracks = schedule.read(data, guids)
        self._topics(draft, data, tracks)
        self._links(draft, data, tracks)
        self._voice(draft, data)
        self._motd(draft, data)
        self._check_ins(draft, data)
        self._subscriptions(draft, data)
        if reading.problems:
            raise BadImport(_first(reading.problems, _MAX_PROBLEMS))
        return Import(draft.edits(), _first(reading.notes, _MAX_NOTES))

    def _look_at_emptiness(self, table: Timetable) -> None:
        """Refuse a schedule in which nothing takes place, and that says nothing else: hardly anybody means it."""
        own = table.own if isinstance(table.own, dict) else None
        booked = bool(self.view.all(BOOKINGS))
        if own is None or (booked and not own.get("days")):
            notes = [note for note in self._reading.notes if "left out" in note]
            why = f" ({'; '.join(_first(notes, 3))})" if notes else ""
            self._reading.problems.append(
                f"no talk in it has a room and a time{why}, so that it would only remove what there is:"
                " wait until the schedule is released, or say ~emptydb if that is what you want"
            )
        elif booked:
            self._reading.notes.append("no talk is in it, so that nothing stays booked")

    def _topics(self, draft: Draft, data: dict[str, Any], tracks: set[str]) -> None:
        topics = {name: topic_of(self.view, name) for name in tracks}
        values = {key: self._reading.by_track(data, key, tracks) for key in ("now", "next", "location")}
        for name, topic in topics.items():
            now = None if values["now"] is not None else topic.now
            following = () if values["next"] is not None else topic.next
            location = "" if values["location"] is not None else topic.location
            topics[name] = Topic(name, now, following, location)
        for name, value in values["now"] or ():
            text = self._reading.text(value, f"now: {name}")
            before = topic_of(self.view, name).now
            now = before if before is not None and before.text == text else Now(text, None, self.at)
            topics[name] = Topic(name, now if text else None, topics[name].next, topics[name].location)
        for name, value in values["next"] or ():
            if not isinstance(value, list):
                self._reading.problems.append(f"next: {name} is no list")
                continue
            texts = tuple(text for item in value if (text := self._reading.text(item, f"next: {name}")))
            topics[name] = Topic(name, topics[name].now, texts, topics[name].location)
        for name, value in values["location"] or ():
            text = self._reading.text(value, f"location: {name}")
            topics[name] = Topic(name, topics[name].now, topics[name].next, text)
        draft.clear(TOPICS)
        for topic in topics.values():
            put_topic(draft, topic)

    def _links(self, draft: Draft, data: dict[str, Any], tracks: set[str]) -> None:
        links = {name: links_of(self.view, name) for name in tracks}
        for key, attribute in (("etherpads", "etherpad"), ("urls", "url")):
            values = self._reading.by_track(data, key, tracks)
            if values is None:
                continue
            links = {name: _with(held, attribute, "") for name, held in links.items()}
            for name, value in values:
                url = value.strip() if isinstance(value, str) else ""
                if url and not is_link(url):
                    self._reading.unsafe(f"{key}: {name}: no http or https address: {cut(value)}")
                    url = ""
                elif not isinstance(value, str):
                    self._reading.problems.append(f"{key}: {name} is no text: {cut(value)}")
                links[name] = _with(links[name], attribute, url)
        draft.clear(LINKS)
        for held in links.values():
            put_links(draft, held)

    def _voice(self, draft: Draft, data: dict[str, Any]) -> None:
        if "voice" not in data:
            return
        if data["voice"] in (0, 1, None):
            draft.clear(ACCESS)
            if data["voice"]:
                draft.put(ACCESS, Access(voice_required=True))
        else:
            self._reading.problems.append(f"'voice' is neither 0 nor 1: {cut(data['voice'])}")

    def _motd(self, draft: Draft, data: dict[str, Any]) -> None:
        if "motd" not in data:
            return
        raw = [] if data["motd"] is None else data["motd"]
        if isinstance(raw, dict):  # very old files hold one message
            raw = [raw] if raw.get("message") else []
        if not isinstance(raw, list):
            self._reading.problems.append("'motd' is no list")
            return
        messages = []
        for number, item in enumerate(raw, 1):
            if not isinstance(item, dict):
                self._reading.problems.append(f"motd: number {number} is no message")
                continue
            text = self._reading.text(item.get("message") or "", f"motd: number {number}")
            level = item.get("level")
            if level not in LEVELS:
                self._reading.unsafe(f"motd: number {number}: no such level: {cut(level)}")
                level = "info"
            if text:
                messages.append(Notice(str(level), text))
        draft.clear(MOTD)
        if messages:
            draft.put(MOTD, Motd(tuple(messages)))

    def _person(self, nick: str) -> str:
        """Return the key of whoever has a nick. A file cannot vouch for an account."""
        return nick_identity(self.network, nick).key

    def _check_ins(self, draft: Draft, data: dict[str, Any]) -> None:
        found = self._reading.mapping(data, "last_check_in")
        if found is None:
            return
        draft.clear(CHECKINS)
        for key, raw in found.items():
            place = f"last_check_in: {cut(key)}"
            if not isinstance(raw, dict):
                self._reading.problems.append(f"{place} is no check-in")
                continue
            if raw.get("location") is None or raw.get("in") is None:
                continue  # asked for once, never checked in
            nick = self._reading.text(raw.get("nick") or key, f"{place}: 'nick'")
            location = self._reading.text(raw["location"], f"{place}: 'location'")
            if location.startswith("#") and (track := normal(location[1:])):
                location = f"#{track}"
            since = self._stamp(raw["in"], f"{place}: 'in'")
            left = None if raw.get("out") is None else self._stamp(raw["out"], f"{place}: 'out'")
            if not _NICK.fullmatch(nick):
                self._reading.problems.append(f"{place}: '{cut(nick)}' cannot be a nick")
            elif since is not None:
                draft.put(CHECKINS, CheckIn(self._person(nick), nick, location, since, left))

    def _stamp(self, value: object, place: str) -> datetime | None:
        """Return the instant that a local time of the file names."""
        try:
            if isinstance(value, str) and _STAMP.fullmatch(value):
                instant = datetime.fromisoformat(value)
                return (instant if instant.tzinfo else instant.replace(tzinfo=self.event.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self._reading.problems.append(f"{place} is no time like 2026-11-23 10:00:00: {cut(value)}")
        return None

    def _subscriptions(self, draft: Draft, data: dict[str, Any]) -> None:
        found = self._reading.mapping(data, "subscriptions")
        if found is None:
            return
        draft.clear(SUBSCRIPTIONS)
        for nick, pattern in found.items():
            if pattern is None:
                continue
            if not isinstance(pattern, str):
                self._reading.problems.append("subscriptions: a pattern is no text")
            elif not _NICK.fullmatch(nick):
                self._reading.problems.append(f"subscriptions: '{cut(nick)}' cannot be a nick")
            elif problem := pattern_problem(pattern):
                # Whose and which it is stays private, even where the reason is shown.
                self._reading.unsafe(f"subscriptions: a pattern cannot be used: {problem.partition(':')[0]}")
            else:
                draft.put(SUBSCRIPTIONS, Subscription(self._person(nick), self.network, nick, pattern))


def _first(sentences: list[str], count: int) -> list[str]:
    """Return the first ones, and how many more there are."""
    more = len(sentences) - count
    return sentences[:count] + ([f"and {more} more"] if more > 0 else [])


def _with(links: Links, attribute: str, value: str) -> Links:
    return (
        Links(links.track, value, links.url) if attribute == "etherpad" else Links(links.track, links.etherpad, value)
    )
