"""What has to go out of a script: told minute by minute from what is booked then, without any of the program's code."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import cache
from math import ceil

from tests.features.reminders.script import BERLIN, MINUTES, Action, Script, network_of

__all__ = ["Oracle", "Played"]

PLACES = (("irc", "#ptg"), ("slack", "C0123"), ("x", "timeline"))
LEADS = (15, 5)
GRACE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@dataclass
class Played:
    """What came of a script.

    Args:
        posted: What went out: network, when, where, what; and how often.
        missed: What was missed: kind, booking, for whom; and how often.
        days: When days were begun.
    """

    posted: Counter[tuple[str, str, str, str]]
    missed: Counter[tuple[str, str, str]]
    days: list[str]


@dataclass(frozen=True)
class _Slot:
    """When a booking is, and where; and since when that is so."""

    start: datetime
    end: datetime
    room: str


@dataclass(frozen=True)
class _Item:
    """One reminder: of what kind, of which booking as it was then, to whom, and when."""

    kind: str
    booking: str
    track: str
    slot: _Slot
    due: datetime
    network: str
    to: str
    lead: int = 0


@dataclass
class _World:
    """What is so at a moment."""

    clocks: dict[str, tuple[str, int]]  # slot → day, minutes after midnight
    bookings: dict[str, tuple[str, str, str]]
    wishes: dict[str, tuple[str, int]]
    topics: dict[str, datetime] = field(default_factory=dict)  # track → since when its topic stands
    words: dict[str, str] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    placed: dict[str, tuple[_Slot, datetime]] = field(default_factory=dict)  # booking → where, since when
    wished: dict[str, datetime] = field(default_factory=dict)
    starting: dict[datetime, list[str]] = field(default_factory=dict)
    ending: dict[datetime, list[str]] = field(default_factory=dict)

    def place(self, at: datetime) -> None:
        """Look where each booking is now."""
        for key, (_, room, slot) in self.bookings.items():
            day, minutes = self.clocks[slot]
            start, end = _instants(date.fromisoformat(day), minutes)
            now = _Slot(start, end, room)
            if key not in self.placed or self.placed[key][0] != now:
                self.placed[key] = (now, at)
        for key in self.placed.keys() - self.bookings.keys():
            del self.placed[key]
        self.starting, self.ending = {}, {}
        for key, (where, _) in self.placed.items():
            self.starting.setdefault(where.start, []).append(key)
            self.ending.setdefault(where.end, []).append(key)


@cache
def _instants(day: date, minutes: int) -> tuple[datetime, datetime]:
    minutes %= 1440
    wall = datetime.combine(day, clock_time(*divmod(minutes, 60)), BERLIN)
    start = wall.astimezone(UTC)
    last = (minutes + MINUTES) % 1440
    until = datetime.combine(day + timedelta(days=last <= minutes), clock_time(*divmod(last, 60)), BERLIN)
    end = until.astimezone(UTC)
    skipped = start.astimezone(BERLIN).replace(tzinfo=None) != wall.replace(tzinfo=None)
    return start, start + MINUTES * MINUTE if skipped or end <= start else end


def _is_quiet(at: datetime) -> bool:
    hour = at.astimezone(BERLIN).hour
    return hour >= 22 or hour < 7


class Oracle:
    """Tells what has to come of a script.

    Args:
        script: The script.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._world = _World(dict(script.slots), dict(script.bookings), dict(script.wishes))
        self._world.wished = dict.fromkeys(script.wishes, script.begin)
        self._world.place(script.begin)
        self._down: set[str] = set()
        self._waiting: list[_Item] = []
        self._posted: Counter[tuple[str, str, str, str]] = Counter()
        self._missed: Counter[tuple[str, str, str]] = Counter()
        self._days: list[str] = []
        self._before: tuple[dict[str, tuple[str, str, str]], dict[str, tuple[str, int]]] | None = None

    def expected(self) -> Played:
        """Return it."""
        actions = iter(self._script.actions)
        action = next(actions, None)
        minute = self._script.begin.replace(second=0)
        while minute <= self._script.end:
            while action is not None and action.at < minute:
                self._do(action)
                action = next(actions, None)
            self._look(minute)
            minute += MINUTE
        return Played(self._posted, self._missed, self._days)

    # -- what happens -------------------------------------------------------------------------------------------------

    def _do(self, action: Action) -> None:
        world, at = self._world, action.at
        match action.what, action.which:
            case "wish", (person, track, minutes):
                if world.wishes.get(person) != (track, int(minutes)):
                    world.wishes[person], world.wished[person] = (track, int(minutes)), at
            case "unwish", (person,):
                world.wishes.pop(person, None)
            case "now", (track, person):
                world.topics[track], world.speakers[track] = at, person
                world.words[track] = f"said at {at:%d %H:%M:%S}"
            case "down", (network,):
                self._down.add(network)
            case "up", (network,):
                self._down.discard(network)
                self._send([item for item in self._waiting if self._goes(item)], at)
                self._waiting = [item for item in self._waiting if not self._goes(item)]
            case _:
                self._edit(action)

    def _edit(self, action: Action) -> None:
        world, before = self._world, self._before
        self._before = None
        match action.what, action.which:
            case "undo", _ if before is not None:
                world.bookings, world.clocks = before
            case "move", (key, room, slot) if key in world.bookings:
                self._before = (dict(world.bookings), world.clocks)
                world.bookings[key] = (world.bookings[key][0], room, slot)
            case "drop", (key,) if key in world.bookings:
                self._before = (dict(world.bookings), world.clocks)
                del world.bookings[key]
            case "book", (key, track, room, slot):
                world.bookings[key] = (track, room, slot)
            case "shift", (day, minutes):
                self._before = (world.bookings, world.clocks)
                moved = {
                    name: (day, (at + int(minutes)) % 1440) for name, (of, at) in world.clocks.items() if of == day
                }
                world.clocks = world.clocks | moved
            case _:
                return
        world.place(action.at)

    def _goes(self, item: _Item) -> bool:
        return "bot" not in self._down and item.network not in self._down

    def _look(self, at: datetime) -> None:
        local = at.astimezone(BERLIN)
        if (local.hour, local.minute) == (4, 0) and at > self._script.begin:
            self._world.topics.clear()
            self._days.append(f"{local:%a %H:%M:%S %Z}")
        due = list(self._due(at))
        self._send([item for item in due if self._goes(item)], at)
        self._waiting += [item for item in due if not self._goes(item)]
        if "bot" not in self._down:  # it is told right after the minute
            late = [item for item in self._waiting if item.due + GRACE <= at]
            self._waiting = [item for item in self._waiting if item.due + GRACE > at]
            self._send(late, at + timedelta(seconds=1))

    def _due(self, at: datetime) -> Iterator[_Item]:
        """Yield what is due at an instant."""
        world = self._world
        wishes: dict[str, list[tuple[str, int]]] = {}
        for person, (track, lead) in world.wishes.items():
            wishes.setdefault(track, []).append((person, lead))
        for lead in (5, 10, 15, 20):
            for key, track, slot, since in self._set_before(world.starting.get(at + lead * MINUTE, ()), at):
                if lead in LEADS:
                    yield from (_Item("slot", key, track, slot, at, *place, lead) for place in PLACES)
                for person, wanted in wishes.get(track, ()):
                    if wanted == lead and at > max(since, world.wished[person]):
                        yield _Item("mine", key, track, slot, at, network_of(person), person, lead)
        for kind, keys in (("unsaid", world.starting.get(at - 5 * MINUTE, ())), ("stale", world.ending.get(at, ()))):
            for key, track, slot, _ in self._set_before(keys, at):
                if track in world.speakers:
                    person = world.speakers[track]
                    yield _Item(kind, key, track, slot, at, network_of(person), person)

    def _set_before(self, keys: Iterable[str], at: datetime) -> Iterator[tuple[str, str, _Slot, datetime]]:
        """Yield the bookings that were set where they are before an instant."""
        for key in keys:
            slot, since = self._world.placed[key]
            if since < at:
                yield key, self._world.bookings[key][0], slot, since

    # -- what goes out ------------------------------------------------------------------------------------------------

    def _send(self, items: Iterable[_Item], at: datetime) -> None:
        messages: dict[object, list[_Item]] = {}
        for item in items:
            if not self._is_wanted(item, at):
                continue
            if at > item.due + GRACE:
                whom = {"slot": f"{item.network}:{item.to}", "mine": item.to}.get(item.kind, "")
                self._missed[item.kind, item.booking, whom] += 1
                continue
            alone = item.booking if item.kind in ("unsaid", "stale") else ""
            messages.setdefault((item.kind, item.network, item.to, item.due, alone), []).append(item)
        for of in messages.values():
            first = of[0]
            when = at.astimezone(BERLIN)
            self._posted[first.network, f"{when:%a %H:%M:%S}", first.to, self._text(of, at)] += 1

    def _is_wanted(self, item: _Item, at: datetime) -> bool:
        world = self._world
        if item.booking not in world.placed or world.placed[item.booking][0] != item.slot:
            return False
        if item.kind == "slot":
            return not any(item.due < item.slot.start - lead * MINUTE <= at for lead in LEADS)
        if _is_quiet(at):
            return False
        if item.kind == "mine":
            return world.wishes.get(item.to) == (item.track, item.lead)
        topic = world.topics.get(item.track)
        said = topic is not None and topic >= item.slot.start - 20 * MINUTE
        if item.kind == "unsaid":
            return not said
        others = (slot for key, (slot, _) in world.placed.items() if world.bookings[key][0] == item.track)
        goes_on = any(slot.start <= at < slot.end for slot in others)
        return said and topic is not None and topic < item.due and not goes_on

    def _text(self, items: list[_Item], at: datetime) -> str:
        first = items[0]
        if first.kind == "unsaid":
            return (
                f"#{first.track} in {first.slot.room} has begun, and nothing was said about it yet. What is on? "
                f"Say '#{first.track} now TOPIC', and everybody sees it."
            )
        if first.kind == "stale":
            return (
                f"The slot of #{first.track} in {first.slot.room} has ended, and the board still says: "
                f"{self._world.words[first.track]}. "
                f"Say '#{first.track} clean', or '#{first.track} now TOPIC' if you go on."
            )
        items = sorted(items, key=lambda item: (item.slot.start, item.track, item.booking))
        most = 4 if first.network == "x" else 12
        parts: list[str] = []
        for start in sorted({item.slot.start for item in items[:most]}):
            minutes = ceil((start - at) / MINUTE)
            begins = f"in {minutes} minute{'s' * (minutes > 1)}" if minutes > 0 else "now"
            begins = begins if minutes > -2 else f"since {-minutes} minutes"
            names = " · ".join(f"#{i.track} in {i.slot.room}" for i in items[:most] if i.slot.start == start)
            parts.append(f"{begins} ({start.astimezone(BERLIN):%a %H:%M %Z}): {names}")
        text = "; ".join(parts) + (f" and {len(items) - most} more" if len(items) > most else "")
        if first.network == "x" or len(items) > most:
            tracks = {item.track for item in items}
            text += f" https://example.org/{f'track/{tracks.pop()}.html' if len(tracks) == 1 else 'ptg.html'}"
        return text[0].upper() + text[1:]
