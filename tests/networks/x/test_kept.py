"""What the stream tells, as it is kept: each post once, over breaks and a restart."""

import asyncio

from ptgbot.catalogue import TABLES
from ptgbot.core.changes import Change
from ptgbot.core.clock import Event, SystemClock
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.model import POSTS
from ptgbot.features.openspaces.rules import Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.listening import Listening
from tests.fake_x.server import FakeX
from tests.fakes import MemoryStore
from tests.networks.x.running import QUICK, Organisers, eventually, running

WORDS = ("openspace",)


class Keeping(Organisers):
    """Has what is heard kept."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__()
        desk = Desk(Event(), OpenSpaceSettings(rules=Rules(words=WORDS)))
        self.listening = Listening(store, desk, SystemClock(), self.warn)
        self.heard = self.listening.heard  # type: ignore[method-assign]
        self.last_heard = self.listening.last_heard  # type: ignore[method-assign]


async def test_each_of_500_posts_is_kept_once_over_20_breaks_and_a_restart(x: FakeX) -> None:
    store = MemoryStore(TABLES)
    changes: list[Change] = []
    store.listen(changes.append)
    expected: list[str] = []

    async def run(numbers: range) -> None:
        async with running(x.settings(words=WORDS, stream=True), Keeping(store), QUICK):
            await eventually(lambda: x.public.connections)
            for number in numbers:
                expected.append(f"x/{x.public.post(f'openspace {number}').id}")
                if number % 25 == 12:
                    await eventually(lambda: x.public.connections)
                    x.public.break_streams()
                await asyncio.sleep(0.001)
            await eventually(lambda: len(store.view.all(POSTS)) == len(expected))

    await run(range(240))
    away = [x.public.post(f"openspace {number}") for number in range(240, 260)]
    expected += [f"x/{post.id}" for post in away]
    await run(range(260, 500))

    told = [edit.key for change in changes for edit in change.edits if edit.table is POSTS]
    assert x.public.streams >= 20
    assert sorted(told) == sorted(expected)
    assert [post.text for _, post in sorted(store.view.all(POSTS).items())] == [f"openspace {n}" for n in range(500)]
