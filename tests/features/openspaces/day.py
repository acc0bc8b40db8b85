"""A random script of a day with two thousand posts, and of the next one, on which half of them take place."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

__all__ = ["BERLIN", "DAYS", "HEARD", "IGNORED", "ROOMS", "SLOTS", "Action", "Meaning", "Script", "Written", "make_day"]

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = (date(2026, 11, 23), date(2026, 11, 24))  # Monday and Tuesday
ROOMS = tuple(str(number) for number in range(101, 141))
BOOKED = ROOMS[:8]  # of these the schedule has slots too
SLOTS = tuple(f"{day:%a}{number}" for day in DAYS for number in range(12))  # each of 45 minutes, from 9:00 on
LENGTH = timedelta(minutes=45)
IGNORED = "666"
AUTHORS = tuple(str(number) for number in range(1, 200))
_LETTERS = ("alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima oscar papa quebec romeo sierra "
            "tango uniform victor whiskey xray yankee zulu").split()  # fmt: skip
HEARD = ("post", "lost", "told", "edit", "delete", "answer")  # what comes from networks
_ROOM_FORMS = ("Room {}", "room-{}", "rm. {}", "ROOM {}", "Room #{}")


@dataclass(frozen=True)
class Meaning:
    """What whoever wrote a text means by it.

    Args:
        sure: Whether it says one room and one time, and nothing that speaks against them.
        room: The room; empty where none, or more than one, is said.
        start: When it begins (UTC); None where that is not said.
        end: When it ends (UTC).
        several: Whether it names several rooms.
    """

    sure: bool
    room: str = ""
    start: datetime | None = None
    end: datetime | None = None
    several: bool = False


@dataclass(frozen=True)
class Written:
    """A post: who wrote it where, its words, and what they mean.

    Args:
        network: Where.
        id: The network's id.
        author: Who.
        words: What it is about: the same in every copy.
        text: All of it.
        meaning: What it means.
        at: When it was written first (UTC).
        dropped: Why nobody may keep it: ``own``, ``repost`` or nothing.
    """

    network: str
    id: str
    author: str
    words: str
    text: str
    meaning: Meaning
    at: datetime
    dropped: str = ""

    @property
    def link(self) -> str:
        """Its address."""
        return f"https://{self.network}.example/{self.author}/{self.id}"


@dataclass(frozen=True)
class Action:
    """Something that happens: what, and with what."""

    at: datetime
    what: str
    which: tuple[object, ...] = ()


@dataclass
class Script:
    """All that happens, in order of time."""

    actions: list[Action] = field(default_factory=list)


def at(day: date, minutes: float) -> datetime:
    """Return a time of the event's clocks, so many minutes after midnight (UTC)."""
    return datetime.combine(day, time(), BERLIN).astimezone(UTC) + timedelta(minutes=minutes)


class _Writer:
    """Writes posts, and what else happens."""

    def __init__(self, seed: int, posts: int) -> None:
        self._random = random.Random(seed)
        self._posts = posts
        self._written: dict[str, Written] = {}  # as they are now, by network and id
        self._former: list[Written] = []  # as they were before they were edited
        self._count = 0
        seconds = [60 * minute + second for minute in range(480, 1200) for second in range(8, 53)]
        self._moments = iter(sorted(self._random.sample(seconds, posts)))

    def script(self) -> Script:
        """Return a script."""
        actions = [action for _ in range(self._posts) for action in self._moment()]
        actions += self._next_day()
        actions += [self._special(*each) for each in self._outages()]
        return Script(self._with_full_disks(sorted(actions, key=lambda action: action.at)))

    def _with_full_disks(self, actions: list[Action]) -> list[Action]:
        """Return what happens, with minutes in which nothing can be saved from a post on, and nobody says anything."""
        posts = [action for action in actions if action.what == "post" and action.at.second < 30]
        for post in self._random.sample(posts, 12):
            minute = post.at.replace(second=0)
            of_minute = [action for action in actions if minute <= action.at < minute + timedelta(minutes=1)]
            if any(action.what in {"up", "down", "full", "restart", "lost"} for action in of_minute):
                continue
            within = [action for action in of_minute if post.at < action.at]
            actions = [action for action in actions if action not in within or action.what in HEARD]
            place = actions.index(post) + 1
            actions[place:place] = [Action(post.at, "full")]
            saved = Action(minute + timedelta(seconds=53), "saved")
            actions = sorted([*actions, saved], key=lambda action: action.at)
        return actions

    def _moment(self) -> Iterator[Action]:
        now = at(DAYS[0], next(self._moments) / 60)
        kinds = {
            self._clear: 52, self._doubtful: 8, self._idle: 4, self._dropped: 4, self._copy: 10, self._retold: 4,
            self._edit: 7, self._delete: 3, self._answer: 6, self._staff: 9, self._book: 3, self._unbook: 1,
        }  # fmt: skip
        what = self._random.choices([*kinds], [*kinds.values()])[0]
        action = what(now) if self._written else self._clear(now)
        yield action

    def _next_day(self) -> Iterator[Action]:
        """Yield what hosts and organisers say on the day after."""
        seconds = [60 * minute + second for minute in range(480, 1150) for second in range(8, 53)]
        for second in self._random.sample(seconds, 120):
            now = at(DAYS[1], second / 60)
            yield self._random.choice([self._answer, self._staff, self._staff, self._delete])(now)

    @staticmethod
    def _outages() -> Iterator[tuple[int, float, str, object]]:
        yield 0, 680.9, "down", "slack"
        yield 0, 701.1, "up", "slack"
        yield 0, 850.9, "down", "slack"
        yield 0, 857.1, "up", "slack"
        for day, minute in product((0, 1), range(615, 1110, 60)):  # when some are due
            yield day, minute - 0.05, "hung after" if minute % 40 == 15 else "hung", "x"
            yield day, minute + 0.05, "restart", ""
        yield 0, 900.05, "restart", ""
        yield 0, 720.1, "ignore", "7"
        yield 0, 960.1, "unignore", "7"
        yield 0, 1000.1, "auto", False
        yield 0, 1060.1, "auto", True

    @staticmethod
    def _special(day: int, minute: float, what: str, which: object) -> Action:
        return Action(at(DAYS[day], minute), what, (which,))

    # -- posts ---------------------------------------------------------------------------------------------------------

    def _write(self, now: datetime, meaning: Meaning, text: str, words: str, **how: str) -> Action:
        self._count += 1
        network = how.pop("network", "") or self._random.choice(("x", "x", "slack"))
        author = how.pop("author", "") or self._random.choice(AUTHORS)
        post = Written(network, str(10_000 + self._count), author, words, text, meaning, now, **how)
        self._written[f"{network}/{post.id}"] = post
        lost = self._random.random() < 0.004
        return Action(now, "lost" if lost and not post.dropped else "post", (post,))

    def _words(self) -> str:
        return " ".join(self._random.choices(_LETTERS, k=4))

    def _place(self, now: datetime) -> tuple[str, datetime, datetime]:
        room = self._random.choice(ROOMS)
        while True:
            start = at(self._random.choice(DAYS), 5 * self._random.randrange(96, 229))  # 8:00 to 19:00
            if self._random.random() < 0.1:
                start = now.replace(minute=0, second=0) + timedelta(minutes=5 * self._random.randrange(21))
            if now < start < at(start.date(), 1190):
                break
        length = LENGTH if self._random.random() < 0.7 else timedelta(minutes=5 * self._random.randrange(3, 20))
        return room, start, start + length

    def _said(self, words: str, room: str, start: datetime, end: datetime) -> str:
        begin, until = start.astimezone(BERLIN), end.astimezone(BERLIN)
        clock = f"{begin:%H:%M}" if end - start == LENGTH else f"{begin:%H:%M}-{until:%H:%M}"
        place = self._random.choice(_ROOM_FORMS).format(room)
        return f"{words.capitalize()}, {place}, {begin:%A} {clock} #openspace"

    def _clear(self, now: datetime, **how: str) -> Action:
        room, start, end = self._place(now)
        words = self._words()
        return self._write(now, Meaning(True, room, start, end), self._said(words, room, start, end), words, **how)

    def _doubtful(self, now: datetime) -> Action:
        return self._write(now, *self._doubt(now))

    def _doubt(self, now: datetime) -> tuple[Meaning, str, str]:
        room, start, end = self._place(now)
        words = self._words()
        begin = start.astimezone(BERLIN)
        match self._random.randrange(4):
            case 0:
                return Meaning(False, room), f"{words} in Room {room} #openspace", words
            case 1:
                meaning = Meaning(False, "", start, start + LENGTH)
                return meaning, f"{words} on {begin:%A} at {begin:%H:%M} #openspace", words
            case 2:
                other = self._random.choice([each for each in ROOMS if each != room])
                meaning = Meaning(False, "", start, start + LENGTH, several=True)
                return meaning, f"{words}, Room {room} or Room {other}, {begin:%A} {begin:%H:%M} #openspace", words
            case _:
                text = self._said(words, room, start, end)
                return Meaning(False, room, start, end), f"{text} was cancelled", words

    def _idle(self, now: datetime) -> Action:
        words = self._words()
        return self._write(now, Meaning(False), f"Who likes {words}? #openspace", words)

    def _dropped(self, now: datetime) -> Action:
        room, start, end = self._place(now)
        words = self._words()
        text = self._said(words, room, start, end)
        match self._random.randrange(5):
            case 0:
                how = {"dropped": "own"}
            case 1:
                how = {"dropped": "repost"}
            case 2:
                how, text = {"dropped": "words"}, text.replace(" #openspace", "")
            case 3:
                how, text = {"dropped": "words"}, f"RT @somebody {text}"
            case _:
                how = {"author": IGNORED}
        return self._write(now, Meaning(True, room, start, end), text, words, **how)

    def _one(self) -> Written:
        """Return a post as it is now: most often one of the last hundred."""
        posts = [*self._written.values()]
        return self._random.choice(posts[-100:] if self._random.random() < 0.7 else posts)

    def _copy(self, now: datetime) -> Action:
        """Return a post of the same text, by somebody else most of the time."""
        first = self._random.choice(self._former) if self._former and self._random.random() < 0.2 else self._one()
        text = self._random.choice((
            first.text, first.text.upper(), f"{first.text} https://t.example/{self._count} @somebody",
            first.text.replace(", ", " – ").replace("#openspace", "#fun #openspace"),
        ))  # fmt: skip
        author = first.author if self._random.random() < 0.2 else ""
        return self._write(now, first.meaning, text, first.words, author=author, dropped=first.dropped)

    def _retold(self, now: datetime) -> Action:
        return Action(now, "told", (self._one(),))

    def _edit(self, now: datetime) -> Action:
        held = self._one()
        words, meaning = held.words, held.meaning
        match self._random.randrange(4):
            case 0 if meaning.sure and meaning.start and meaning.end:
                words = self._words()
                text = self._said(words, meaning.room, meaning.start, meaning.end)
            case 1:
                meaning, text, words = self._doubt(now)
            case _:
                room, start, end = self._place(now)
                meaning, text = Meaning(True, room, start, end), self._said(words, room, start, end)
        dropped = "" if held.dropped == "words" else held.dropped
        edited = replace(held, words=words, text=text, meaning=meaning, dropped=dropped)
        self._written[f"{held.network}/{held.id}"] = edited
        self._former.append(held)
        return Action(now, "edit", (edited,))

    def _delete(self, now: datetime) -> Action:
        return Action(now, "delete", (self._one(),))

    # -- what people say about them ------------------------------------------------------------------------------------

    def _answer(self, now: datetime) -> Action:
        post = self._one()
        room, start, _ = self._place(now)
        self._count += 1
        said = self._random.choice((("cancel", "", None), ("room", room, None), ("time", "", start)))
        author = post.author if self._random.random() < 0.9 else "888"
        return Action(now, "answer", (post, str(10_000 + self._count), author, *said))

    def _staff(self, now: datetime) -> Action:
        post = self._one()
        room, start, _ = self._place(now)
        said = self._random.choice((
            ("approved", "", None), ("approved", "", None), ("approved", room, start), ("denied", "", None),
            ("", room, None), ("cancelled", "", None),
        ))  # fmt: skip
        return Action(now, "staff", (post, *said))

    def _book(self, now: datetime) -> Action:
        return Action(now, "book", (self._random.choice(BOOKED), self._random.choice(SLOTS)))

    def _unbook(self, now: datetime) -> Action:
        return Action(now, "unbook", (self._random.choice(BOOKED), self._random.choice(SLOTS)))


def make_day(seed: int, posts: int = 2000) -> Script:
    """Return a script.

    Args:
        seed: By which another one comes out.
        posts: How many posts, edits, deletions and answers there are on the first day, all together.
    """
    return _Writer(seed, posts).script()
