"""A day of two thousand posts: what is announced is what an oracle says, which knows only what people meant."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from ptgbot.core.changes import Cause, Draft
from ptgbot.core.commands import Refused
from ptgbot.core.messages import Heard, Target
from ptgbot.features.openspaces.model import CHOICES, IGNORED, POSTS, Choices, Fate, Ignored
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, Booking, Day, Slot
from ptgbot.features.schedule.model import Room as ScheduleRoom
from tests.delivery.simulated import SimulatedLoop
from tests.features.openspaces import day
from tests.features.openspaces.day import BOOKED, Action, Script, Written, make_day
from tests.features.openspaces.day import IGNORED as SPAMMER
from tests.features.openspaces.day_oracle import Oracle, Played, slot_times
from tests.features.openspaces.stage import OpenStage, on_open_stage
from tests.features.reminders.stage import EVENT, IRC, X

RULES = Rules(zone=EVENT.zone, days=day.DAYS, rooms=tuple(map(Room, day.ROOMS)), words=("openspace",))
WANTED = OpenSpaceSettings(rules=RULES, slack_channel="C1")
TARGETS = (IRC, Target("slack", "C0123"), X)


def heard(post: Written) -> Heard:
    return Heard(
        network=post.network,
        id=post.id,
        author=post.author,
        name=f"@a{post.author}",
        text=post.text,
        at=post.at,
        link=post.link,
        repost=post.dropped == "repost",
        own=post.dropped == "own",
    )


class Player:
    """Plays a day on the stage."""

    def __init__(self, stage: OpenStage) -> None:
        self.stage = stage
        self.told: dict[str, Written] = {}  # all that was told, as it was told last
        self.refused: list[datetime] = []
        self.listening: asyncio.Future[None] | None = None
        self.hung = 0  # messages that were under way when the process was killed

    async def hang(self) -> None:
        self.hung += 1
        await asyncio.Event().wait()

    async def play(self, script: Script) -> Played:
        self.furnish()
        self.listen()
        for action in [*script.actions, Action(script.actions[-1].at + timedelta(hours=12), "end")]:
            await asyncio.sleep(max((action.at - self.stage.clock.now()).total_seconds(), 0.0))
            try:
                await self.do(action)
            except Refused:
                self.refused.append(action.at)
        posted: Counter[tuple[str, str, str]] = Counter()
        for name, network in self.stage.networks.items():
            for at, _, text in network.timed:
                if text.startswith("Coming up"):
                    posted[name, at[:-3], text] += 1
        posts = self.stage.store.view.all(POSTS)
        stood = {key: (str(p.lane), str(p.fate), p.room, p.start) for key, p in posts.items()}
        assert self.hung > 2
        return Played(posted, stood, self.refused)

    def furnish(self) -> None:
        stage, view = self.stage, self.stage.store.view
        for network in stage.networks.values():
            network.burst = 1_000_000
        draft = Draft(view)
        for table in (DAYS, ROOMS):
            draft.clear(table)
        for position, name in enumerate(("Monday", "Tuesday")):
            slots = [slot for slot in day.SLOTS if slot.startswith(name[:3])]
            descs = ["-".join(f"{at:%H:%M}" for at in slot_times(slot)) for slot in slots]
            draft.put(DAYS, Day(name, position, tuple(map(Slot, slots, descs))))
        for position, name in enumerate(BOOKED):
            draft.put(ROOMS, ScheduleRoom(f"Room {name}", position, day.SLOTS))
        stage.journal.commit(draft.edits(), at=stage.clock.now(), cause=Cause.IMPORT)
        stage.put(IGNORED, Ignored(f"x/{SPAMMER}"), Ignored(f"slack/{SPAMMER}"))

    def listen(self) -> None:
        """Have what cannot be saved tried again, as the bot does."""
        if self.listening is not None:
            self.listening.cancel()
        listening = self.stage.listening
        self.stage.store._on_failure[:] = [listening.rolled_back]
        self.listening = asyncio.ensure_future(listening.run())

    async def do(self, action: Action) -> None:
        stage = self.stage
        match action.what, action.which:
            case (("post" | "told" | "edit" | "lost"), (Written() as post,)):
                if stage.store.view.get(IGNORED, f"{post.network}/{post.author}") is None:
                    self.told[f"{post.network}/{post.id}"] = post
                stage.hear(heard(post))
                if action.what == "lost":
                    await self.restart()
            case "delete", (Written() as post,):
                stage.hear(Heard(post.network, post.id, deleted=True))
            case "answer", (Written() as post, str(number), str(author), str(what), str(room), start):
                answer = replace(heard(post), id=number, author=author, reply_to=post.id, link="", own=False)
                local = f"{start.astimezone(EVENT.zone):%Y-%m-%d %H:%M}" if isinstance(start, datetime) else ""
                text = {"room": f"room {room}", "time": f"time {local}"}.get(what, what)
                stage.hear(replace(answer, text=text, repost=False, at=action.at))
            case "staff", (Written() as post, str(fate), str(room), start):
                held = stage.store.view.get(POSTS, f"{post.network}/{post.id}")
                if held is not None:
                    stage.decide(held.number, room=room, start=start, fate=Fate(fate) if fate else None)
            case "book", (str(room), str(slot)):
                key = f"{room}-{slot}"
                if stage.store.view.get(BOOKINGS, key) is None:
                    stage.put(BOOKINGS, Booking(key, "nova", f"Room {room}", slot, 0, stage.clock.now()))
            case "unbook", (str(room), str(slot)):
                stage.remove(BOOKINGS, f"{room}-{slot}")
            case _:
                await self.special(action.what, action.which)

    async def special(self, what: str, which: tuple[object, ...]) -> None:
        stage = self.stage
        match what, which:
            case "down", (str(network),):
                stage.networks[network].up.clear()
            case "up", (str(network),):
                stage.networks[network].up.set()
            case "hung", (str(network),):
                stage.networks[network].before = self.hang
            case "hung after", (str(network),):
                stage.networks[network].after = self.hang
            case "restart", _:
                await self.restart()
            case "full", _:
                stage.store.fail("the disk is full")
                stage.store.refusing = "the disk is full"
            case "saved", _:
                stage.store.refusing = ""
            case "ignore", (str(author),):
                stage.put(IGNORED, Ignored(f"x/{author}"))
            case "unignore", (str(author),):
                stage.remove(IGNORED, f"x/{author}")
            case "auto", (on,):
                stage.put(CHOICES, Choices(auto_send=cast("bool", on)))

    async def restart(self) -> None:
        """Be killed and started again; networks tell again what is newer than what is known, and some of the rest."""
        stage = self.stage
        for network in stage.networks.values():
            network.before = network.after = None
        await stage.restart()
        self.listen()
        known = {name: stage.listening.last_heard(name) for name in ("x", "slack")}
        posts = stage.store.view.all(POSTS)
        for key, post in list(self.told.items()):
            if key in posts or int(post.id) > int(known[post.network] or 0):
                stage.hear(heard(post))


def differences(script: Script, leads: tuple[int, ...]) -> tuple[Played, list[object]]:
    """Play a day; return what came of it, and in what that is not as expected."""

    async def run() -> Played:
        async with on_open_stage(replace(WANTED, leads=leads), targets=TARGETS) as stage:
            return await Player(stage).play(script)

    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        played = runner.run(run())
    expected = Oracle(script, leads).expected()
    posts = sorted(played.stood.keys() | expected.stood.keys())
    stood = [(post, played.stood.get(post), expected.stood.get(post)) for post in posts]
    wrong: list[object] = [("stands", post, is_, should) for post, is_, should in stood if is_ != should]
    wrong += [("not expected", row) for row in played.posted - expected.posted]
    wrong += [("expected", row) for row in expected.posted - played.posted]
    wrong += [("refused", at) for at in set(played.refused) ^ set(expected.refused)]
    return played, wrong


@pytest.mark.parametrize(("seed", "leads"), [(0, (15,)), (1, (30, 15))])
def test_of_two_thousand_posts_each_open_space_is_announced_once_and_nothing_else(
    seed: int, leads: tuple[int, ...]
) -> None:
    played, wrong = differences(make_day(seed), leads)
    assert wrong == []
    assert max(played.posted.values()) == 1
    assert len(played.posted) > 500
