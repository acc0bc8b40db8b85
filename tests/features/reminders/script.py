"""A random script of five days of an event, on the third of which the clocks change."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

__all__ = ["BERLIN", "MINUTES", "ROOM_COUNT", "Action", "Script", "make_script", "network_of"]

BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN, SPRING = date(2026, 10, 23), date(2027, 3, 26)  # the clocks change on the third of the five days
ROOM_COUNT, TRACK_COUNT, DAY_COUNT = 23, 44, 5
TIMES = (30, 90, *range(450, 1100, 40))  # when slots begin, in minutes after midnight; each third of the rooms later
MINUTES = 30  # of a slot
WHAT = ("move", "move", "move", "drop", "book", "shift", "wish", "unwish", "restart")


@dataclass(frozen=True)
class Action:
    """Something that happens: what, and with what."""

    at: datetime
    what: str
    which: tuple[str, ...] = ()


@dataclass
class Script:
    """All that happens, and what there is at the beginning."""

    first_day: date
    slots: dict[str, tuple[str, int]]  # name → day, minutes after midnight
    bookings: dict[str, tuple[str, str, str]]  # id → track, room, slot
    wishes: dict[str, tuple[str, int]]  # person → track, minutes
    actions: list[Action] = field(default_factory=list)

    @property
    def begin(self) -> datetime:
        """When it begins: before the first slot."""
        return datetime.combine(self.first_day, clock_time(0, 0, 20), BERLIN).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.begin + timedelta(days=DAY_COUNT, hours=3)


def network_of(person: str) -> str:
    """Return where somebody is: every third on Slack."""
    return "slack" if int(person[1:]) % 3 == 0 else "irc"


def make_script(seed: int, *, bookings: int = 2000, people: int = 300, edits: int = 400) -> Script:
    """Return a random script."""
    chance = random.Random(seed)
    first = SPRING if seed % 2 else AUTUMN
    days = [(first + timedelta(days=n)).isoformat() for n in range(DAY_COUNT)]
    times = TIMES if first == SPRING else (30, 90, 150, *TIMES[2:])  # half past two, which comes twice
    slots = {f"{day[5:]}g{g}t{t}": (day, at + 10 * g) for day in days for g in range(3) for t, at in enumerate(times)}
    names = {g: [name for name in slots if f"g{g}t" in name] for g in range(3)}
    free = [(f"room{room:02}", slot) for room in range(ROOM_COUNT) for slot in names[room % 3]]
    chance.shuffle(free)
    tracks = [f"track{n:02}" for n in range(TRACK_COUNT)]
    made = {f"b{n}": (chance.choice(tracks), *free.pop()) for n in range(min(bookings, len(free) - 50))}
    wishes = {f"p{n}": (chance.choice(tracks), chance.choice((5, 10, 15, 20))) for n in range(people)}
    script = Script(first, slots, made, wishes)
    script.actions = sorted(_actions(script, chance, free, tracks, edits), key=lambda action: action.at)
    return script


def _actions(
    script: Script, chance: random.Random, free: list[tuple[str, str]], tracks: list[str], edits: int
) -> Iterator[Action]:
    """Yield what happens: on working days between seven and nineteen o'clock, and no two things in one second."""
    seconds: set[datetime] = set()

    def moment(hours: tuple[float, float] = (7, 19)) -> datetime:
        while True:
            day = datetime.combine(script.first_day + timedelta(days=chance.randrange(DAY_COUNT)), clock_time(), BERLIN)
            at = (day + timedelta(hours=chance.uniform(*hours))).replace(microsecond=0).astimezone(UTC)
            if 4 <= at.second <= 54 and all(at + timedelta(seconds=n) not in seconds for n in range(-2, 3)):
                seconds.add(at)
                return at

    pauses = _pauses(script, chance, seconds)
    yield from pauses
    quiet = [(a.at, b.at) for a, b in zip(pauses[::2], pauses[1::2], strict=True)]
    held = list(script.bookings)

    def one(what: str, number: int) -> tuple[str, ...]:
        makes: dict[str, Callable[[], tuple[str, ...]]] = {
            "move": lambda: (chance.choice(held), *free.pop(0)),
            "drop": lambda: (chance.choice(held),),
            "book": lambda: (f"n{number}", chance.choice(tracks), *free.pop(0)),
            "shift": lambda: (script.slots[chance.choice(list(script.slots))][0], str(chance.choice((-10, 5, 20)))),
            "wish": lambda: (chance.choice(list(script.wishes)), chance.choice(tracks), str(chance.choice((5, 15)))),
            "unwish": lambda: (chance.choice(list(script.wishes)),),
            "restart": lambda: (),
            "now": lambda: (chance.choice(tracks), f"p{chance.randrange(len(script.wishes))}"),
        }
        return makes[what]()

    for number in range(3 * edits):
        what = "now" if number % 3 else chance.choice(WHAT)
        at = moment((0.2, 23.5) if what == "now" else (7, 19))
        if any(begin <= at <= end for begin, end in quiet):
            continue  # nobody commands a bot that is not there; and what went out as a link came back is certain
        yield Action(at, what, one(what, number))
        if what in ("move", "drop", "shift") and chance.random() < 0.3:
            yield Action(at + timedelta(seconds=1), "undo")


def _pauses(script: Script, chance: random.Random, seconds: set[datetime]) -> list[Action]:
    """Return times without the bot, and without one of its links: some shorter than the grace, some longer."""
    actions: list[Action] = []
    for day in range(DAY_COUNT):
        for hour in (9, 11, 13, 15):
            local = datetime.combine(script.first_day + timedelta(days=day), clock_time(hour), BERLIN)
            begin = (local + timedelta(seconds=chance.randrange(0, 2400) // 60 * 60 + 20)).astimezone(UTC)
            end = begin + timedelta(minutes=chance.randrange(1, 16), seconds=10)
            what = chance.choice(("bot", "irc", "slack", "x"))
            seconds |= {begin, end}
            actions += [Action(begin, "down", (what,)), Action(end, "up", (what,))]
    return actions
