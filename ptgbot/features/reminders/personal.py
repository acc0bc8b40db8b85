"""``remind``, ``remind off`` and ``quiet``: what somebody wants to be reminded of, and when not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time, timedelta

from ptgbot.core.changes import Draft, Edit
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.timewords import words_of_time
from ptgbot.features.people.model import disown, holdings, own
from ptgbot.features.reminders.model import WISHES, Wish
from ptgbot.features.reminders.planning import in_hours, quiet_hours, read_hours, say_hours
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.reminders.when import tell
from ptgbot.features.schedule.model import CALENDAR, CalendarEntry, check_track

__all__ = ["personal_commands"]

DEFAULT_MINUTES = 15  # where the event has no minutes of its own
MOST_MINUTES = 24 * 60
_MINUTES = re.compile(r"(\d{1,6}) ?(?:m(?:in(?:ute)?s?)?)?(?: before)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The slots of a track that are still to come.

    Args:
        told: Those of which somebody is told, in order of time.
        silent: How many of these fall into quiet hours.
        late: Those that begin too soon to be told of.
    """

    told: tuple[CalendarEntry, ...]
    silent: int
    late: tuple[CalendarEntry, ...]


class _Personal:
    """The handlers.

    Args:
        settings: What the event wants of reminders.
    """

    def __init__(self, settings: ReminderSettings) -> None:
        self._settings = settings
        self._default = settings.slots[0] if settings.slots else DEFAULT_MINUTES

    # -- remind --------------------------------------------------------------------------------------------------------

    def remind(self, call: Call) -> Outcome:
        if not call.arguments.text("#TRACK"):
            return self._show(call)
        track = _track(call)
        minutes = self._minutes(call.arguments.text("MINUTES"), track)
        held = _held(call)
        before = dict(held.tracks)
        wish = replace(held, tracks=tuple(sorted({**before, track: minutes}.items())))
        return Outcome(_edits(call, wish), self._promise(call, wish, track, before.get(track)), private=True)

    def _minutes(self, said: str, track: str) -> int:
        match = _MINUTES.fullmatch(said.lower())
        if said.lower() == "off":
            raise Refused(f"'off' is no number of minutes. To end it, say 'remind off #{track}'.")
        if said and (match is None or not 1 <= int(match[1]) <= MOST_MINUTES):
            raise Refused(f"'{quote(said)}' is no number of minutes from 1 to {MOST_MINUTES}: remind #TRACK [MINUTES]")
        return int(match[1]) if match else self._default

    def _promise(self, call: Call, wish: Wish, track: str, before: int | None) -> str:
        minutes = dict(wish.tracks)[track]
        ahead = self._ahead(call, wish, track, minutes)
        parts = [f"I tell you in private {_minutes(minutes)} before each slot of #{track}"]
        if before not in (None, minutes):
            parts[0] += f" (it was: {_minutes(before or 0)})"
        if ahead.told:
            count = len(ahead.told)
            lead = "1 is still to come," if count == 1 else f"{count} are still to come, the first"
            parts[0] += f": {lead} {_told(call, ahead.told[0])}."
        else:
            parts[0] += ": none is to come that I could tell you of; those that are booked later count too."
        if ahead.late:
            parts.append(f"The one {_told(call, ahead.late[0])} begins too soon for that.")
        if ahead.silent:
            hours = quiet_hours(wish, self._settings)
            assert hours is not None
            which = "It falls" if len(ahead.told) == 1 else f"{ahead.silent} of them fall{'s' * (ahead.silent == 1)}"
            stays = "stay" if ahead.silent > 1 else "stays"
            parts.append(
                f"{which} into your quiet hours ({say_hours(hours)}) and {stays} silent: 'quiet off' changes that."
            )
        parts.append(f"'remind off #{track}' ends it.")
        return " ".join(parts)

    def _ahead(self, call: Call, wish: Wish, track: str, minutes: int) -> _Ahead:
        entries = call.view.where(CALENDAR, "track", track).values()
        coming = sorted((e for e in entries if not e.cancelled and e.start > call.at), key=lambda e: (e.start, e.room))
        lead = timedelta(minutes=minutes)
        told = tuple(e for e in coming if e.start - lead > call.at)
        hours = quiet_hours(wish, self._settings)
        silent = sum(in_hours(hours, e.start - lead, call.event) for e in told)
        return _Ahead(told, silent, tuple(e for e in coming if e.start - lead <= call.at))

    def _show(self, call: Call) -> Outcome:
        held = _held(call)
        if not held.tracks:
            return Outcome(
                reply="You are reminded of nothing. Say 'remind #TRACK [MINUTES]' to be told before each of its slots.",
                private=True,
            )
        lines = []
        for track, minutes in held.tracks:
            ahead = self._ahead(call, held, track, minutes)
            lines.append(f"#{track} {_minutes(minutes)} before: {_coming(call, ahead)}")
        lines.append(f"{self._quiet_now(held)} 'remind off #TRACK' ends one, 'remind off' all.")
        return Outcome(_edits(call, held), listing=tuple(lines), private=True)

    def off(self, call: Call) -> Outcome:
        held = _held(call)
        if not held.tracks:
            return Outcome(reply="You are reminded of nothing.", private=True)
        if not call.arguments.text("#TRACK"):
            ended = _tracks(held.tracks)
            return Outcome(
                _edits(call, replace(held, tracks=())),
                f"You are reminded of nothing any more (it was: {ended}).",
                private=True,
            )
        track = _named(call)
        if track not in dict(held.tracks):
            check_track(call.view, track)
            return Outcome(reply=f"You are not reminded of #{track}, but of {_tracks(held.tracks)}.", private=True)
        left = tuple(wanted for wanted in held.tracks if wanted[0] != track)
        others = f" Of {_tracks(left)} you still are." if left else ""
        return Outcome(
            _edits(call, replace(held, tracks=left)),
            f"You are not reminded of #{track} any more.{others}",
            private=True,
        )

    # -- quiet ---------------------------------------------------------------------------------------------------------

    def quiet(self, call: Call) -> Outcome:
        word = call.arguments.text("HH:MM-HH:MM|off|default").lower()
        held = _held(call)
        if not word:
            return Outcome(
                reply=f"{self._quiet_now(held)} Change it with 'quiet 23:00-06:30', 'quiet off' or 'quiet default'.",
                private=True,
            )
        wish = replace(held, quiet=_hours(word))
        silent = sum(self._ahead(call, wish, track, minutes).silent for track, minutes in wish.tracks)
        counted = f" {silent} of your reminders fall{'s' * (silent == 1)} into them." if silent else ""
        return Outcome(_edits(call, wish), f"{self._quiet_now(wish)}{counted}", private=True)

    def _quiet_now(self, wish: Wish) -> str:
        hours = quiet_hours(wish, self._settings)
        if hours is None:
            return "You have no quiet hours: I remind you at any time."
        whose = "" if wish.quiet else ", as for everybody who did not say otherwise"
        return f"Your quiet hours are {say_hours(hours)} on the event's clocks{whose}: I do not remind you then."


def _hours(text: str) -> str:
    """Return quiet hours as a wish has them."""
    if text in ("off", "default"):
        return text.removesuffix("default")
    try:
        hours: tuple[time, time] = read_hours(text)
    except ValueError:
        raise Refused(
            f"'{quote(text)}' are no hours: say them as 23:00-06:30, or 'quiet off' for none, or 'quiet default' for"
            " those of the event."
        ) from None
    return say_hours(hours)


def _named(call: Call) -> str:
    return call.arguments.text("#TRACK").lower().removeprefix("#")


def _track(call: Call) -> str:
    """Return the track that somebody named.

    Raises:
        Refused: There is none such.
    """
    try:
        check_track(call.view, track := _named(call))
    except Refused:
        if words_of_time((*call.arguments.words("#TRACK"), *call.arguments.words("MINUTES"))):
            raise Refused(
                "I remind you of the slots of tracks: say 'remind #TRACK [MINUTES]'. Of anything else, at any time,"
                " only organisers can be reminded: ~remind TIME TEXT."
            ) from None
        raise
    return track


def _held(call: Call) -> Wish:
    """Return what somebody wants by now, under the name that they have now."""
    held = holdings(call.view, WISHES, call.actor)
    tracks = {track: minutes for wish in reversed(held) for track, minutes in wish.tracks}
    quiet = next((wish.quiet for wish in held if wish.quiet), "")
    return Wish(call.actor.identity.key, call.network, call.actor.name, tuple(sorted(tracks.items())), quiet)


def _edits(call: Call, wish: Wish) -> tuple[Edit, ...]:
    draft = Draft(call.view)
    if wish.tracks or wish.quiet:
        own(draft, WISHES, wish, call.actor)
    else:
        disown(draft, WISHES, call.actor)
    return draft.edits()


def _minutes(count: int) -> str:
    return f"{count} minute{'s' * (count != 1)}"


def _tracks(tracks: Iterable[tuple[str, int]]) -> str:
    return " and ".join(f"#{track}" for track, _ in tracks)


def _coming(call: Call, ahead: _Ahead) -> str:
    """Return what is to come, as the list tells it."""
    if not ahead.told:
        return "none to come"
    count = len(ahead.told)
    first = f"{count} to come, {'the first ' * (count > 1)}{_told(call, ahead.told[0])}"
    if not ahead.silent:
        return first
    return f"{first}, {f'{ahead.silent} of them ' * (count > 1)}silent in your quiet hours"


def _told(call: Call, entry: CalendarEntry) -> str:
    return f"in {entry.room} on {tell(entry.start, call)}"


def personal_commands(settings: ReminderSettings) -> tuple[Command, ...]:
    """Return the commands with which everybody says what they want to be reminded of.

    Args:
        settings: What the event wants of reminders.
    """
    personal = _Personal(settings)
    return (
        Command(
            Door.USER,
            "remind",
            "tells you in private before each slot of a track; without a track, shows what you are reminded of",
            personal.remind,
            (Parameter.word("#TRACK", optional=True), Parameter.text("MINUTES", optional=True)),
            example="#nova 10",
            note="What is booked, moved or given back later counts too; your quiet hours stay silent."
            " 'remind off' ends them.",
        ),
        Command(
            Door.USER,
            "remind off",
            "ends your reminders of a track, or all of them",
            personal.off,
            (Parameter.word("#TRACK", optional=True),),
            example="#nova",
        ),
        Command(
            Door.USER,
            "quiet",
            "sets the hours in which you are not reminded; without hours, shows them",
            personal.quiet,
            (Parameter.text("HH:MM-HH:MM|off|default", optional=True),),
            example="23:00-06:30",
            note="On the event's clocks. 'off' is for none, 'default' for those that the event has for everybody.",
        ),
    )
