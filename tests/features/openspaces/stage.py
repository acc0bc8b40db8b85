"""An event with open spaces on a clock on which waiting takes no time: posts come in, reminders go out."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast

from ptgbot.core.clock import Event
from ptgbot.core.messages import Heard, Target
from ptgbot.core.protocols import Store
from ptgbot.features.openspaces.deciding import Decision, Desk
from ptgbot.features.openspaces.keeper import OpenSpaceKeeper
from ptgbot.features.openspaces.model import POSTS, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.keeper import ReminderKeeper
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.listening import Listening
from tests.features.reminders.stage import EVENT, Stage, X, on_stage

__all__ = ["RULES", "SETTINGS", "OpenStage", "chess", "on_open_stage"]

RULES = Rules(
    zone=EVENT.zone,
    days=(date(2026, 11, 23), date(2026, 11, 24)),
    rooms=(Room("Aspen"), Room("Ballroom A"), Room("14"), Room("9", ("09",))),
    words=("openspace",),
)
SETTINGS = OpenSpaceSettings(rules=RULES)
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # 8:00 in Berlin


def chess(number: int = 1, text: str = "Chess in Room 14 at 3pm #openspace", **how: Any) -> Heard:
    """Return a post on X."""
    post = Heard("x", str(number), "7", "@ada", text, AT, f"https://x.com/ada/status/{number}")
    return replace(post, **how)


class OpenStage(Stage):
    """The parts that open spaces are made of, besides those of reminders."""

    openspaces: OpenSpaceKeeper
    listening: Listening
    desk: Desk
    wanted: OpenSpaceSettings = SETTINGS

    def between(self, keeper: ReminderKeeper) -> Store:
        self.desk = Desk(self.event, self.wanted)
        self.openspaces = OpenSpaceKeeper(keeper, self.desk, self.settings.targets)
        return self.openspaces

    def start(self) -> None:
        super().start()
        self.listening = Listening(self.journal, self.desk, self.clock, self.told.append)
        self.store._listeners.append(self.listening.changed)
        self.openspaces.catch_up(self.clock.now())

    def hear(self, *posts: Heard) -> None:
        """Have posts come in."""
        for post in posts:
            self.listening.heard(post)

    def post(self, number: int = 1) -> Post:
        """Return a post by its number."""
        [found] = self.store.view.where(POSTS, "number", number).values()
        return found

    def decide(self, number: int = 1, *, host: bool = False, **said: Any) -> Post:
        """Have somebody decide about a post."""
        by = "@ada" if host else "olga"
        post = self.desk.decide(
            self.store.view,
            self.post(number),
            Decision(**said),
            by=by,
            decider=f"irc/~{by}",
            at=self.clock.now(),
            host=host,
        )
        self.put(POSTS, post)
        return post

    def stood(self, number: int = 1) -> tuple[str, str, str]:
        """Return where a post stands: its lane, what was decided, and why it needs a person."""
        post = self.post(number)
        return str(post.lane), str(post.fate), post.reason

    def at(self, hour: int, minute: int = 0, day: int = 23) -> datetime:
        """Return a time of the event's clocks (UTC)."""
        return datetime(2026, 11, day, hour, minute, tzinfo=self.event.zone).astimezone(UTC)

    @property
    def out(self) -> list[tuple[str, str]]:
        """What was posted on X: when and what."""
        return [(at, text) for at, _, text in self.networks["x"].timed]


@asynccontextmanager
async def on_open_stage(
    wanted: OpenSpaceSettings = SETTINGS, *, targets: tuple[Target, ...] = (X,), event: Event = EVENT
) -> AsyncIterator[OpenStage]:
    """Give a stage on which open spaces are found; it is 8:00 in Berlin on the first day."""
    settings = ReminderSettings(slots=(), targets=targets, nudges=False)

    class Wanting(OpenStage):
        pass

    Wanting.wanted = wanted
    make = cast("Callable[..., Stage]", Wanting)
    async with on_stage(settings, event=event, make=make) as stage:
        assert isinstance(stage, OpenStage)
        yield stage
