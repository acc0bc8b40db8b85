"""A topic that very many have subscribed to, where the server holds up who sends too much, as it does by default."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ptgbot.app import open_store
from ptgbot.config import load
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import SystemClock
from ptgbot.core.identity import Identity
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription
from ptgbot.wiring import IRC
from tests.live.bot import PATIENCE, configure
from tests.live.inspircd import InspIRCd
from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd
from tests.live.stage import CHANNEL
from tests.live.watched import WatchedBot, watched_bot

__all__ = ["Flood", "flood"]

AT_ONCE = 10  # connections: more do not fit in the queue of a busy server
TOPIC = "cells"


@dataclass(frozen=True, slots=True)
class Flood:
    """How a flood went.

    Args:
        latencies: Seconds from a question to its answer while notifications were going out, sorted.
        told: How many of the people who are there were told.
        seconds: For how long it was watched.
        connected: Whether the bot was connected all the time.
        stalls: Seconds of the stalls of the bot's event loop, the longest last.
    """

    latencies: list[float]
    told: int
    seconds: float
    connected: bool
    stalls: list[float]

    def latency(self, share: float) -> float:
        """Return what a share of all answers did not exceed, in seconds."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]


async def flood(
    server: Ngircd | InspIRCd,
    folder: Path,
    *,
    subscribers: int = 1000,
    there: int = 100,
    seconds: float = 60.0,
    pause: float = 3.0,
) -> Flood:
    """Notify very many people, and ask the bot questions meanwhile.

    Args:
        server: Where; it runs, and has its default limits.
        folder: A folder for the bot's files.
        subscribers: How many have subscribed.
        there: How many of them are there; the others are away, which nobody knows before they are sent something.
        seconds: How long to watch at most; shorter if everybody is told.
        pause: Seconds between an answer and the next question.
    """
    await _subscribe(folder, subscribers)
    place = {"irc_server": server.host, "irc_port": server.port}
    names = [f"p{number}" for number in range(0, subscribers, subscribers // there)]
    async with _people(server, ["olga", "asker", *names]) as (op, asker, *crowd), watched_bot(folder, **place) as bot:
        await op.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*", PATIENCE)
        began = time.monotonic()
        op.say(CHANNEL, f"#nova now {TOPIC}")
        latencies = await _ask(asker, crowd, began + seconds, pause)
        return Flood(
            latencies=sorted(latencies),
            told=sum(map(_was_told, crowd)),
            seconds=time.monotonic() - began,
            connected=_never_left(op, bot),
            stalls=bot.stalls(since=began),
        )


async def _subscribe(folder: Path, count: int) -> None:
    """Leave a store in which so many people have subscribed."""
    config, _ = load(configure(folder), {})
    clock = SystemClock()
    store = await open_store(config, clock)
    draft = Draft(store.view)
    for number in range(count):
        nick = f"p{number}"
        draft.put(SUBSCRIPTIONS, Subscription(Identity(IRC, nick).key, IRC, nick, TOPIC))
    await store.saved(store.commit(draft.edits(), at=clock.now(), cause=Cause.IMPORT).seq)
    await store.close()


@asynccontextmanager
async def _people(server: Ngircd | InspIRCd, names: list[str]) -> AsyncIterator[list[IRCClient]]:
    """Bring people into the channel, the first of them its operator."""

    async def come(name: str) -> IRCClient:
        person = IRCClient(server.host, server.port)
        people.append(person)
        await person.connect(name)
        await person.join(CHANNEL)
        return person

    people: list[IRCClient] = []
    try:
        arrived = [await come(names[0])]
        for first in range(1, len(names), AT_ONCE):
            arrived += await asyncio.gather(*map(come, names[first : first + AT_ONCE]))
        yield arrived
    finally:
        for person in people:
            await person.close()


async def _ask(asker: IRCClient, crowd: list[IRCClient], until: float, pause: float) -> list[float]:
    """Ask the bot something again and again; return how long each answer took."""
    latencies: list[float] = []
    while time.monotonic() < until and not all(map(_was_told, crowd)):
        await asyncio.sleep(pause)
        asked = time.monotonic()
        asker.private("ptgbot", f"+seen q{len(latencies)}")
        await asker.expect(rf":ptgbot!\S+ PRIVMSG asker :q{len(latencies)} never checked in anywhere\.", 300)
        latencies.append(time.monotonic() - asked)
    return latencies


def _was_told(person: IRCClient) -> bool:
    return any(re.match(rf":ptgbot!\S+ PRIVMSG {person.nick_name} :.*{TOPIC}", line) for line in person.lines)


def _never_left(op: IRCClient, bot: WatchedBot) -> bool:
    quits = [line for line in op.lines if re.match(r":ptgbot\S*!\S+ (QUIT|PART)", line)]
    return not quits and "lost the connection" not in bot.log
