"""Bulletins: one message a track, channel and day, which is edited as what it tells changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ptgbot.app import Bot, open_store
from ptgbot.config import Config
from ptgbot.core.changes import Cause
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Priority, Reply, Send, Target
from ptgbot.core.protocols import Presence
from ptgbot.features.bulletins.model import RECEIPTS, Receipt
from ptgbot.features.history.model import HISTORY
from ptgbot.reception import Reception
from tests.fakes import FakeNetwork, MemoryStore, SetClock
from tests.talk import EVENT, SAMPLE, Talk

BOARD = Target("slack", "C1", via="bulletin:")


def sent(bot: Talk) -> list[tuple[str, str, str]]:
    """Return where and as what bulletins go, and their texts, since something was last said."""
    found = [(s.target.name, s.target.via, s.text) for s in bot.sent if s.target.network == "slack"]
    bot.sent.clear()
    return found


@pytest.fixture
def host(bot: Talk) -> Reception:
    made = Reception(
        presence=None,  # type: ignore[arg-type]
        store=bot.deliveries,
        event=EVENT,
        clock=bot.clock,
        submit=bot.sent.append,
        warn=lambda text: None,
        cards=None,  # type: ignore[arg-type]
        posts=None,  # type: ignore[arg-type]
        boards=(BOARD,),
    )
    bot.store.listen(made.changed)
    return made


async def test_what_is_on_now_and_next_is_one_text(bot: Talk, host: Reception) -> None:
    await bot.say("ada", "#nova now cells")
    assert bot.sent == [
        Send(
            Target("slack", "C1", via="bulletin:nova"),
            "#nova (Ballroom A) now: cells",
            Priority.NOTIFICATION,
            apart=True,
            key="nova",
        )
    ]
    host.posted(BOARD, "nova", "1.5")
    await bot.say("ada", "#nova next pods")
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (Ballroom A) now: cells\nnext: pods")]
    await bot.say("ada", "#nova next lunch")
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (Ballroom A) now: cells\nnext: pods\nnext: lunch")]
    await bot.say("ada", "#nova location the pub")
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (the pub) now: cells\nnext: pods\nnext: lunch")]
    await bot.say("ada", "#nova clean")
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (the pub): nothing is on now")]


async def test_undo_and_whatever_else_changes_topics_is_told_and_nothing_else(bot: Talk, host: Reception) -> None:
    await bot.say("ada", "#nova now one")
    await bot.say("ada", "#nova now two")
    await bot.say("ada", "#nova undo")
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (Ballroom A) now: one")]
    await bot.say("ada", "#docs color teal")
    await bot.say("ada", "+in #nova")
    assert sent(bot) == []


async def test_that_nothing_is_on_is_no_news_where_nothing_was_told_today(bot: Talk, host: Reception) -> None:
    await bot.say("ada", "#nova now cells")
    await bot.say("ada", "#docs now pages")
    host.posted(BOARD, "nova", "1.5")
    host.posted(BOARD, "docs", "1.6")
    bot.clock.forward(days=1)
    await bot.op("~newday")
    assert sent(bot) == []
    await bot.say("ada", "#nova location the pub")
    assert sent(bot) == []
    await bot.say("ada", "#nova now cells again")
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (the pub) now: cells again")]
    await bot.say("ada", "#nova clean")  # while the message is on its way
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (the pub): nothing is on now")]


async def test_the_receipt_of_today_is_what_is_edited_and_a_new_day_posts_anew(bot: Talk, host: Reception) -> None:
    assert host.receipt(BOARD, "nova") == ""
    host.posted(BOARD, "nova", "1.5")
    host.posted(Target("slack", "C2"), "nova", "2.5")
    assert [host.receipt(Target("slack", name), "nova") for name in ("C1", "C2", "C3")] == ["1.5", "2.5", ""]
    assert host.receipt(BOARD, "docs") == ""
    bot.clock.forward(hours=14)  # from 10 in the morning to midnight in Berlin
    assert host.receipt(BOARD, "nova") == ""
    host.posted(BOARD, "nova", "3.5")
    assert host.receipt(BOARD, "nova") == "3.5"
    assert bot.state["bulletins"] == {
        "slack/C1 nova": Receipt("slack/C1", "nova", "3.5", "2026-11-24"),
        "slack/C2 nova": Receipt("slack/C2", "nova", "2.5", "2026-11-23"),
    }


async def test_a_receipt_is_no_entry_of_the_history_and_the_same_one_no_change(bot: Talk, host: Reception) -> None:
    host.posted(BOARD, "nova", "1.5")
    host.posted(BOARD, "nova", "1.5")
    assert [change.cause for change in bot.changes] == [Cause.DELIVERY]
    assert bot.store.view.all(HISTORY) == {}


async def test_emptying_everything_forgets_receipts_and_its_undo_brings_back_the_rest(
    bot: Talk, host: Reception
) -> None:
    await bot.say("ada", "#nova now cells")
    host.posted(BOARD, "nova", "1.5")
    before = bot.state
    await bot.op("~emptydb")
    assert (bot.state["bulletins"], sent(bot)) == ({}, [])
    await bot.op("~undo")
    assert bot.state == {**before, RECEIPTS.name: {}}
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (Ballroom A) now: cells")]


async def test_a_receipt_that_cannot_be_saved_is_one_line_in_the_log(
    bot: Talk, host: Reception, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(bot.store, MemoryStore)
    bot.store.refusing = "Disk full"
    host.posted(BOARD, "nova", "1.5")
    assert host.receipt(BOARD, "nova") == ""
    assert [record.getMessage() for record in caplog.records] == [
        "Where a bulletin is was not saved (Disk full): the next one is a new message."
    ]


async def test_what_is_not_on_disk_is_not_told(bot: Talk, host: Reception) -> None:
    assert isinstance(bot.store, MemoryStore)
    bot.store.holding = True
    await bot.say("ada", "#nova now one")
    await bot.say("ada", "#nova now two")
    assert sent(bot) == []
    pending = bot.store._pending.copy()
    host.changed(pending[0][0])  # as if the first alone were on disk
    assert sent(bot) == [("C1", "bulletin:nova", "#nova (Ballroom A) now: one")]
    bot.store.flush()


# -- the whole bot ----------------------------------------------------------------------------------------------------


class Editing(FakeNetwork):
    """A network that posts a bulletin once and edits it afterwards."""

    gap = 0.05

    def __init__(self) -> None:
        super().__init__("slack")
        self.host: Reception | None = None
        self.messages: dict[str, str] = {}
        self.edits = 0
        self.changes = 0

    async def run(self, accept: Callable[[Message], object], presence: Presence) -> None:
        assert isinstance(presence, Reception)
        self.host = presence
        await super().run(accept, presence)

    def changed(self) -> None:
        self.changes += 1

    def split(self, send: Send) -> list[str]:
        return [send.lead + send.text]

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        if not target.via:
            return ""
        assert self.host is not None
        key = target.via.removeprefix("bulletin:")
        receipt = self.host.receipt(target, key)
        self.edits += bool(receipt)
        if not receipt:
            receipt = f"{target.name}:{len(self.messages) + 1}"
            self.host.posted(target, key, receipt)
        self.messages[receipt] = line
        return receipt


@asynccontextmanager
async def running(folder: Path, network: Editing, clock: SetClock) -> AsyncIterator[Bot]:
    config = Config.model_validate(
        {
            "slack.bot_token": "xoxb-1",
            "slack.app_token": "xapp-1",
            "db_filename": str(folder / "ptg.json"),
            "site_dir": str(folder / "site"),
            "event.timezone": "Europe/Berlin",
        }
    )
    store = await open_store(config, clock)
    boards = [Target("slack", name, via="bulletin:") for name in ("C1", "C2")]
    bot = Bot(event=config.event, store=store, site_dir=config.site_dir, networks=[network], clock=clock, boards=boards)
    stop = asyncio.Event()
    work = asyncio.create_task(bot.run(stop))
    try:
        while network.accept is None:
            await asyncio.sleep(0)
        yield bot
    finally:
        stop.set()
        await work


async def say(bot: Bot, *texts: str) -> None:
    """Have an organiser say something, all at once, and wait until all that follows is out."""
    olga = Actor(Identity("slack", "T1.U1", verified=True), "Olga", Role.ORGANISER, None)
    heard: list[asyncio.Future[Reply]] = [
        bot.dispatcher.accept(Message("slack", olga, text, "C0", "")) for text in texts
    ]
    async with asyncio.timeout(20):
        await asyncio.gather(*heard)
        await bot.queue.emptied()
        await bot.store.saved(bot.store.view.seq)


async def test_a_bulletin_is_edited_over_a_restart_and_posted_anew_on_another_day(tmp_path: Path) -> None:
    clock, network = SetClock(), Editing()
    async with running(tmp_path, network, clock) as bot:
        await say(bot, f"~add {' '.join(SAMPLE['tracks'])}")
        await say(bot, "#nova now cells")
        assert network.messages == {"C1:1": "#nova now: cells", "C2:2": "#nova now: cells"}
        await say(bot, "#nova next pods", "#docs now pages")
    network.accept = None
    async with running(tmp_path, network, clock) as bot:
        await say(bot, "#nova now placement")
        told = {"C1:1": "#nova now: placement", "C2:2": "#nova now: placement"}
        assert {key: network.messages[key] for key in told} == told
        assert sorted(network.messages.values()) == ["#docs now: pages"] * 2 + ["#nova now: placement"] * 2
        clock.forward(days=1)
        await say(bot, "#nova now cells")
        assert {key: network.messages[key] for key in told} == told
        assert sorted(network.messages.values())[2:] == ["#nova now: cells"] * 2 + ["#nova now: placement"] * 2


async def test_of_a_burst_of_changes_only_the_newest_is_told(tmp_path: Path) -> None:
    network = Editing()
    async with running(tmp_path, network, SetClock()) as bot:
        await say(bot, "~add nova")
        shown = network.changes
        await say(bot, *(f"#nova now {number}" for number in range(30)))
        assert network.messages == {"C1:1": "#nova now: 29", "C2:2": "#nova now: 29"}
        assert network.edits <= 2
        # Each Change is passed on to what the network shows; that a message was posted is none.
        assert network.changes - shown == 30
