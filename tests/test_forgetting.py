"""Being forgotten: a whole bot with a disk and a site, and not one byte of somebody left in either."""

import asyncio
import errno
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from ptgbot.app import Bot, open_store
from ptgbot.catalogue import TABLES
from ptgbot.config import Config
from ptgbot.core.changes import Draft
from ptgbot.core.documents import Document, Table
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message
from ptgbot.core.protocols import NotSaved
from ptgbot.features.history.forget import forget
from ptgbot.features.history.model import TRACES
from ptgbot.features.history.pages import HistoryPage
from ptgbot.features.linking.model import LINKS as LINKS_OF_PEOPLE
from ptgbot.features.openspaces.model import IGNORED, OPENSPACES, POSTS
from ptgbot.features.presence.model import CHECKINS, CheckIn
from ptgbot.features.reminders.model import REMINDERS, SPEAKERS, WISHES
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.store import DurableStore, Files
from ptgbot.store.restoring import restore
from tests.fakes import FakeNetwork, SetClock
from tests.talk import CHANNEL, SAMPLE

PATIENCE = 20.0  # seconds
STEMS = (b"quillon", b"vexillary")  # of the nick and the account that nothing may tell of in the end
FORGOTTEN = (
    "You are forgotten: nothing about you is stored any more, in backups neither."
    " What you said for tracks stays, as somebody's."
)
NOTHING = "Nothing is stored about you."
NOT_LOGGED_IN = "You are not logged in: what belongs to an account is told, and forgotten, once you are."

Everything = dict[str, dict[str, Document]]


def original(nick: str) -> dict[str, Any]:
    """Return an original bot's file that knows somebody, and grace."""
    check_in = {"location": "#nova", "in": "2026-11-23 09:00:00", "out": None}
    return {
        **SAMPLE,
        "last_check_in": {
            nick.lower(): {"nick": nick, **check_in},
            "grace": {"nick": "Grace", **check_in},
        },
        "subscriptions": {nick: "from the file", "grace": "from the file too"},
    }


class Run:
    """A whole bot that is running, and what people say to it."""

    def __init__(self, folder: Path, bot: Bot, network: FakeNetwork, clock: SetClock) -> None:
        self.folder = folder
        self.bot = bot
        self.network = network
        self.clock = clock

    async def say(
        self, nick: str, text: str, *, account: str = "", channel: str | None = None, role: Role = Role.ATTENDEE
    ) -> list[tuple[str, str]]:
        """Have somebody say something, in private where nothing else is told; return what the bot sends."""
        sent = len(self.network.posted)
        folded = nick.lower().translate(str.maketrans("[]\\~", "{}|^"))  # as an IRC server has it
        whose = Identity("irc", account or folded, verified=bool(account))
        assert self.network.accept is not None
        self.network.accept(Message("irc", Actor(whose, nick, role, folded), text, channel, ""))
        async with asyncio.timeout(PATIENCE):
            while self.bot.dispatcher._tasks:
                await asyncio.wait(self.bot.dispatcher._tasks)
            await self.bot.store.saved(self.bot.store.view.seq)
            await self.bot.queue.emptied()
        return self.network.posted[sent:]

    async def told(self, nick: str, text: str, account: str = "") -> list[str]:
        """Have somebody say something in private; return the lines that they get, all of them by ``more``."""
        lines = [line for target, line in await self.say(nick, text, account=account) if target == nick]
        while lines and lines[-1].startswith("… "):
            lines[-1:] = [line for _, line in await self.say(nick, "more", account=account)]
        return lines

    async def checkpoint(self) -> None:
        await self.bot.store._checkpointer.finish()

    @property
    def everything(self) -> Everything:
        tables: tuple[Table[Any], ...] = TABLES
        return {table.name: dict(self.bot.store.view.all(table)) for table in tables}


def config(folder: Path) -> Config:
    settings = {
        "irc_nick": "ptgbot", "irc_server": "irc.example.org", "irc_channel": CHANNEL, "site_dir": str(folder / "site"),
        "db_filename": str(folder / "data" / "ptg.json"), "event.timezone": "Europe/Berlin",
        "event.first_day": "2026-11-23",
    }  # fmt: skip
    return Config.model_validate(settings)


@asynccontextmanager
async def running(folder: Path, clock: SetClock) -> AsyncIterator[Run]:
    """Give a bot that runs in a folder until the end of the block."""
    settings = config(folder)
    store = await open_store(settings, clock)
    network = FakeNetwork()
    bot = Bot(event=settings.event, store=store, site_dir=settings.site_dir, networks=[network], clock=clock)
    stop = asyncio.Event()
    work = asyncio.create_task(bot.run(stop))
    try:
        while network.accept is None:
            await asyncio.sleep(0)
        await bot.publisher.idle()
        yield Run(folder, bot, network, clock)
    finally:
        stop.set()
        await work


def killed(folder: Path, name: str) -> Path:
    """Return a copy of a folder as it is while the bot is running, which is what a kill leaves."""
    return Path(shutil.copytree(folder, folder.with_name(name)))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def telling(folder: Path, stems: tuple[bytes, ...] = STEMS) -> set[str]:
    """Return the files whose names or bytes tell of somebody, in any case."""
    return {
        path
        for path, content in contents(folder).items()
        if any(stem in content.lower() or stem in path.lower().encode() for stem in stems)
    }


async def live(run: Run, nick: str) -> None:
    """Have somebody say what can be said, without an account and with one, and others too."""
    await run.say(nick, "#nova now cells", channel=CHANNEL)
    await run.say(nick, "in #nova")
    await run.say(nick, "subscribe nova|pods")
    await run.say("grace", "in #swift")
    await run.say("grace", "subscribe rings")
    await run.say("grace", "remind #swift 20")
    await run.checkpoint()
    await run.say(nick, "#nova next pods", account="vexillary.q")
    await run.say(nick, "#docs now first steps")
    await run.say("grace", "#swift now rings", channel=CHANNEL)
    await run.checkpoint()
    await run.say("olga", "~newday", role=Role.ORGANISER, channel=CHANNEL)
    await run.checkpoint()
    await run.say("grace", "in #swift")
    await run.say(nick, "in the bar", account="vexillary.q")
    await run.say(nick, "subscribe cinder", account="vexillary.q")
    await run.say(nick, "remind #nova 20", account="vexillary.q")
    await run.say(nick, "quiet off", account="vexillary.q")
    await run.say(nick, "~remind in 20 min call Quillon", account="vexillary.q", role=Role.ORGANISER)
    await run.say(nick, "#nova now later", channel=CHANNEL, account="vexillary.q")
    await run.say(nick, "openspace Chess, Aspen, tomorrow 15:00", account="vexillary.q")
    await run.say(nick, "openspace Go with me, Aspen, tomorrow 17:00")
    await run.say("grace", "openspace Tea, Aspen, tomorrow 10:00")
    await run.say(nick, "~post p3 time tomorrow 10:30 approve", account="vexillary.q", role=Role.ORGANISER)
    await run.say("olga", "~ignore p1", role=Role.ORGANISER)
    [(_, told)] = await run.say(nick, "link", account="vexillary.q")
    code = told.split("'")[1]
    await run.say("quillon_phone", code, account="vexillary.phone")
    await run.say("quillon_phone", "in the garden", account="vexillary.phone")
    await run.say("quillon_phone", "#docs next steps", account="vexillary.phone")


async def make_history(tmp_path: Path, nick: str, clock: SetClock) -> Path:
    """Return the folder of a bot that took an original's file over, was killed, restored, and killed again."""
    first = tmp_path / "first"
    (first / "data").mkdir(parents=True)
    (first / "data" / "ptg.json").write_bytes(orjson.dumps(original(nick)))
    async with running(first, clock) as run:
        await live(run, nick)
        await run.bot.publisher.idle()
        second = killed(first, "second")
    restore(second / "data" / "ptg.json", 2, TABLES)
    return second


# -- all of it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nick", ["Quillon|7^", "quillon-", "Quillon[7]"])
async def test_nothing_in_the_data_or_on_the_site_tells_of_somebody_who_is_forgotten(tmp_path: Path, nick: str) -> None:
    clock = SetClock()
    folder = await make_history(tmp_path, nick, clock)
    async with running(folder, clock) as run:
        await live(run, nick)
        await run.bot.publisher.idle()
        store = "data/ptg.json"
        assert telling(folder) >= {
            store, f"{store}.1.bak", f"{store}.2.bak", f"{store}.3.bak", f"{store}.original",
            f"{store}.replaced-1/ptg.json", "site/ptg.json", "site/history.html", "site/history.json",
        }  # fmt: skip
        assert [path for path in telling(folder) if path.startswith(f"{store}.replaced-1/") and path.endswith(".log")]
        assert [path for path in telling(folder) if path.startswith(f"{store}.0") and path.endswith(".log")]
        before = run.everything
        files = set(contents(folder))

        assert await run.told(nick, "forget me yes", account="vexillary.q") == [FORGOTTEN]

        assert telling(folder) == set()
        assert not any(stem in repr(run.everything).lower().encode() for stem in STEMS)

        # What is others' is where it was, in the state and in every copy.
        assert {path for path in files - set(contents(folder)) if not path.endswith(".log")} == set()
        for table in ("checkins", "subscriptions", "wishes"):
            others = {key: d for key, d in before[table].items() if b"grace" in key.encode()}
            assert others
            assert run.everything[table] == others
        assert (len(before["links_of_people"]), run.everything["links_of_people"]) == (2, {})
        assert set(before["speakers"]) == {"nova", "docs", "swift"}
        assert set(run.everything["speakers"]) == {"swift"}
        personal = {"checkins", "subscriptions", "traces", "links_of_people", "speakers", "wishes", "reminders"}
        same = set(before) - personal - {"history", "posts", "openspaces", "ignored"}
        assert [post.text for post in run.bot.store.view.all(POSTS).values()] == ["Tea, Aspen, tomorrow 10:00"]
        assert {name: run.everything[name] for name in same} == {name: before[name] for name in same}
        entries = run.everything["history"]
        assert list(entries) == list(before["history"])
        assert [e.text for e in entries.values()] == [e.text for e in before["history"].values()]  # type: ignore[attr-defined]
        kept = telling(folder, (b"grace",))
        assert kept >= {f"{store}{end}" for end in ("", ".1.bak", ".2.bak", ".3.bak", ".original")} | {
            f"{store}.replaced-1/ptg.json", "site/ptg.json", "site/history.html"
        }  # fmt: skip
        assert b"someone" in (folder / "site" / "history.html").read_bytes()

        after = run.everything
        again = killed(folder, "again")
    async with running(again, clock) as run:
        assert run.everything == after
        assert await run.told(nick, "my data", account="vexillary.q") == [NOTHING]
    assert telling(again) == set()


async def test_every_backup_is_good_still_and_restores_nothing_of_them(tmp_path: Path) -> None:
    clock = SetClock()
    folder = await make_history(tmp_path, "quillon", clock)
    async with running(folder, clock) as run:
        await live(run, "quillon")
        assert await run.told("quillon", "forget me yes", account="vexillary.q") == [FORGOTTEN]
    for number in (1, 2, 3):
        copy = killed(folder, f"restored-{number}")
        restore(copy / "data" / "ptg.json", number, TABLES)
        async with running(copy, clock) as run:
            assert set(run.everything["checkins"]) <= {"irc/~grace"}
            assert set(run.everything["subscriptions"]) == {"irc/~grace"}
            assert run.everything["tracks"].keys() == {"nova", "neutron", "swift", "docs"}
        assert telling(copy) == set()


async def test_a_day_that_is_brought_back_brings_nothing_of_them(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("olga", "~add nova swift docs", role=Role.ORGANISER)
        await live(run, "quillon")
        await run.say("olga", "~undo", role=Role.ORGANISER)
        await run.say("olga", "~emptydb", role=Role.ORGANISER)
        assert await run.told("quillon", "forget me yes", account="vexillary.q") == [FORGOTTEN]
        await run.say("olga", "~undo", role=Role.ORGANISER)
        await run.checkpoint()
        await run.bot.publisher.idle()
        assert set(run.everything["subscriptions"]) == {"irc/~grace"}
        assert telling(tmp_path) == set()


async def test_a_damaged_backup_is_removed_since_nobody_can_tell_what_is_in_it(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("olga", "~add nova swift docs", role=Role.ORGANISER)
        await live(run, "quillon")
        (tmp_path / "data" / "ptg.json.1.bak").write_bytes(b"{ quillon")
        assert await run.told("quillon", "forget me yes", account="vexillary.q") == [FORGOTTEN]
        # The checkpoint on the way made it the second one.
        assert {name for name in contents(tmp_path / "data") if name.endswith(".bak")} == {
            "ptg.json.1.bak", "ptg.json.3.bak"
        }  # fmt: skip
        assert telling(tmp_path) == set()


# -- asking first ---------------------------------------------------------------------------------------------------


async def test_asking_to_be_forgotten_without_yes_shows_what_there_is_and_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("quillon", "subscribe cells")
        await run.checkpoint()
        await run.bot.publisher.idle()
        before, seq = contents(tmp_path), run.bot.store.view.seq
        lines = await run.told("quillon", "forget me")
        assert "Subscription, sent to quillon on irc: cells" in lines
        assert [line.endswith("say: forget me yes") for line in lines].count(True) == 1
        assert await run.told("quillon", "forget me please") == [
            "To have what is stored about you removed for good, say: forget me yes"
        ]
        assert NOTHING in await run.told("eve", "forget me")
        await run.bot.publisher.idle()
        assert (contents(tmp_path), run.bot.store.view.seq) == (before, seq)


@pytest.mark.parametrize("command", ["+forget me", "+forget me yes", "+forget me YES"])
async def test_being_forgotten_is_for_private_talk(tmp_path: Path, command: str) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("quillon", "subscribe cells")
        before = run.everything
        answer = [(CHANNEL, "quillon: Say that to me in private, please.")]
        assert await run.say("quillon", command, channel=CHANNEL) == answer
        assert run.everything == before


async def test_my_data_is_told_in_private_wherever_it_is_asked_for_and_lists_all(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("olga", "~add nova swift docs", role=Role.ORGANISER)
        await run.say("Quillon", "in #nova")
        await run.say("Quillon", "#nova now cells")
        await run.say("Quillon", "subscribe nova")
        await run.say("olga", "~emptydb", role=Role.ORGANISER)
        await run.say("olga", "~add nova", role=Role.ORGANISER)
        await run.say("Quillon", "#nova now pods", account="vexillary")
        await run.say("Quillon", "in bar", account="vexillary")
        await run.say("Quillon", "out", account="vexillary")
        await run.say("Quillon", "subscribe pods", account="vexillary")
        await run.say("Quillon", "remind #nova 20", account="vexillary")
        await run.say("Quillon", "quiet off", account="vexillary")
        sends = await run.say("Quillon", "+my data", channel=CHANNEL, account="vexillary")
        assert sends == [
            ("Quillon", line)
            for line in (
                "Check-in of Quillon: bar since 2026-11-23 10:00 CET, left 2026-11-23 10:00 CET.",
                "Subscription, sent to Quillon on irc: pods",
                "Reminders, sent to Quillon on irc: #nova 20 minutes before.",
                "Quiet hours: off.",
                "Spoke last, and is asked first if nothing is said: #nova.",
                "History c7, 2026-11-23 10:00 CET, as Quillon: #nova now pods",
                "History c3, 2026-11-23 10:00 CET, as Quillon (not logged in): #nova now cells",
                "A check-in, subscription, reminder or post of yours, kept for a day so that c5 can be undone.",
            )
        ]


async def test_what_is_an_accounts_is_told_to_nobody_who_has_taken_the_nick(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("quillon", "subscribe secret", account="vexillary")
        await run.say("quillon", "in the bar", account="vexillary")
        before = run.everything
        for account in ("", "eve", "quillon"):
            told = [NOTHING] if account else [NOTHING, NOT_LOGGED_IN]
            assert await run.told("quillon", "my data", account=account) == told
            assert await run.told("quillon", "forget me yes", account=account) == [FORGOTTEN]
        assert run.everything == before
        assert await run.told("othernick", "my data", account="vexillary") != [NOTHING]


async def test_what_is_read_page_by_page_goes_to_the_one_who_asked(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("olga", "~add nova", role=Role.ORGANISER)
        for number in range(12):
            await run.say("quillon", f"#nova now {number}", account="vexillary")
        assert len(await run.say("quillon", "my data", account="vexillary")) == 11
        assert await run.say("quillon", "more") == [("quillon", "There is no more.")]
        assert await run.say("eve", "more") == [("eve", "There is no more.")]
        assert len(await run.say("quillon", "more", account="vexillary")) == 3


# -- when something goes wrong -----------------------------------------------------------------------------------------


async def small(run: Run) -> None:
    """Have somebody leave something in the state, a backup and the log."""
    await run.say("olga", "~add nova", role=Role.ORGANISER)
    await run.say("quillon", "subscribe cells")
    await run.checkpoint()
    await run.say("quillon", "in #nova")
    await run.checkpoint()


async def test_what_could_not_be_removed_is_removed_when_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, SetClock()) as run:
        await small(run)

        async def refuse(*_: object) -> None:
            raise NotSaved("No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(run.bot.store, "purge", refuse)
            [answer] = await run.told("quillon", "forget me yes")
            assert "No space left on device" in answer
        assert telling(tmp_path)
        assert await run.told("quillon", "forget me yes") == [FORGOTTEN]
        assert telling(tmp_path) == set()


async def test_what_is_in_the_backups_alone_is_removed_too(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await small(run)
        await run.say("quillon", "unsubscribe")
        await run.say("olga", "~newday", role=Role.ORGANISER)
        run.clock.forward(hours=25)
        run.bot.journal.expire(run.clock.now())
        await run.checkpoint()
        assert telling(tmp_path)
        await run.told("quillon", "forget me yes")
        assert telling(tmp_path) == set()


async def test_being_forgotten_goes_on_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tmp_path / "first"
    first.mkdir()
    clock = SetClock()
    async with running(first, clock) as run:
        await small(run)
        reached = asyncio.Event()

        async def hang(*_: object) -> None:
            reached.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(run.bot.store, "purge", hang)
        asking = asyncio.create_task(run.say("quillon", "forget me yes"))
        await reached.wait()
        second = killed(first, "second")
        asking.cancel()
    async with running(second, clock) as run:
        await run.told("quillon", "forget me yes")
    assert telling(second) == set()


async def test_what_was_interrupted_goes_on_by_itself_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock()
    async with running(tmp_path, clock) as run:
        await small(run)

        async def refuse(*_: object) -> None:
            raise NotSaved("No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(run.bot.store, "purge", refuse)
            [answer] = await run.told("quillon", "forget me yes")
        assert "It is tried again." in answer
    assert telling(tmp_path)
    async with running(tmp_path, clock):
        async with asyncio.timeout(10):
            while telling(tmp_path):
                await asyncio.sleep(0.02)
    assert not (tmp_path / "data" / "ptg.json.forgetting").exists()


async def test_an_originals_file_that_was_good_enough_to_take_over_is_good_enough_to_forget_in(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ptg.json").write_bytes(b"\xef\xbb\xbf" + orjson.dumps(original("Quillon")))
    async with running(tmp_path, SetClock()) as run:
        assert await run.told("Quillon", "forget me yes") == [FORGOTTEN]
    assert telling(tmp_path) == set()


async def test_an_originals_check_in_goes_by_the_nick_in_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    data = original("Quillon")
    data["last_check_in"]["q"] = data["last_check_in"].pop("quillon")
    (tmp_path / "data" / "ptg.json").write_bytes(orjson.dumps(data))
    async with running(tmp_path, SetClock()) as run:
        assert await run.told("Quillon", "forget me yes") == [FORGOTTEN]
    assert telling(tmp_path) == set()


async def test_a_damaged_original_is_no_reason_to_forget_nobody(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("quillon", "subscribe cells")
        (tmp_path / "data" / "ptg.json.original-2").write_bytes(b'{"subscriptions": {"quillon"')
        assert await run.told("quillon", "forget me yes") == [FORGOTTEN]
        assert telling(tmp_path) == set()


@pytest.mark.parametrize("name", [".ptg.json.1.bak.new", ".ptg.json.9.bak.new", "ptg.json.replaced-1/.ptg.json.new"])
async def test_what_a_kill_left_half_written_is_removed(tmp_path: Path, name: str) -> None:
    left = tmp_path / "data" / name
    left.parent.mkdir(parents=True)
    left.write_bytes(b'{"checkins": {"1": {"_seq": 1, "document": {"identity": "irc/~quillon"')
    async with running(tmp_path, SetClock()) as run:
        await run.say("quillon", "subscribe cells")
        assert await run.told("quillon", "forget me yes") == [FORGOTTEN]
    assert telling(tmp_path) == set()


async def test_a_log_that_the_disk_keeps_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    class Keeping(Files):
        def remove(self, path: Path) -> None:
            if path.name.endswith(".log"):
                raise OSError(errno.EROFS, "Read-only file system")
            super().remove(path)

    store = DurableStore(tmp_path / "ptg.json", TABLES, Keeping())
    store.lock()
    store.read()
    store.start()
    at = SetClock().now()
    try:
        draft = Draft(store.view)
        draft.put(CHECKINS, CheckIn("irc/~quillon", "quillon", "bar", at))
        store.commit(draft.edits(), at=at)
        store.commit(forget(store.view, ("irc/~quillon",)), at=at)
        with pytest.raises(NotSaved):
            await store.purge(lambda view: forget(view, ("irc/~quillon",)))
    finally:
        await store.close()


@pytest.mark.parametrize("name", [".ptg.json.00000099.log.new", ".diary.new"])
async def test_half_written_files_of_others_stay(tmp_path: Path, name: str) -> None:
    async with running(tmp_path, SetClock()) as run:
        await small(run)
        (tmp_path / "data" / name).write_bytes(b"not finished")
        assert await run.told("quillon", "forget me yes") == [FORGOTTEN]
        assert (tmp_path / "data" / name).read_bytes() == b"not finished"


async def test_a_checkpoint_that_begins_meanwhile_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path / "first", SetClock()) as run:
        await small(run)
        store = run.bot.store
        finish = store._checkpointer.finish

        async def finish_and_begin_another() -> None:
            """Do what the checkpointer does when the log grew too large: it is at the step behind the new log."""
            await finish()
            draft = Draft(store.view)
            draft.put(CHECKINS, CheckIn("irc/~grace", "grace", "bar", run.clock.now()))
            await store.saved(store.commit(draft.edits(), at=run.clock.now()).seq)
            assert store._writer is not None
            await store._checkpointer._rotate(store._writer, asyncio.get_running_loop(), store.view.seq + 1)

        with monkeypatch.context() as patch:
            patch.setattr(store._checkpointer, "finish", finish_and_begin_another)
            assert await run.told("quillon", "forget me yes") == [FORGOTTEN]
        second = killed(tmp_path / "first", "second")
    async with running(second, SetClock()) as run:
        assert set(run.everything["checkins"]) == {"irc/~grace"}


async def test_being_forgotten_is_answered_while_others_talk(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await small(run)
        asking = asyncio.create_task(run.say("quillon", "forget me yes"))
        for number in range(80):
            if asking.done():
                break
            await asyncio.sleep(0.01)
            assert run.network.accept is not None
            olga = Actor(Identity("irc", "olga"), "olga", Role.ORGANISER)
            run.network.accept(Message("irc", olga, f"#nova now {number}", CHANNEL, ""))
        done = asking.done()
        asking.cancel()
        assert done


async def test_the_rest_of_a_list_is_forgotten_too(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("olga", "~add nova", role=Role.ORGANISER)
        for number in range(12):
            await run.say("quillon", f"#nova now {number}")
        await run.say("quillon", "my data")
        assert (await run.say("quillon", "forget me yes")) == [("quillon", FORGOTTEN)]
        assert await run.say("quillon", "more") == [("quillon", "There is no more.")]


async def test_how_to_be_forgotten_is_among_the_first_lines(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("olga", "~add nova", role=Role.ORGANISER)
        for number in range(12):
            await run.say("quillon", f"#nova now {number}")
        assert any("forget me yes" in line for _, line in await run.say("quillon", "forget me"))


async def test_nobody_is_told_that_they_are_forgotten_while_a_page_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, SetClock()) as run:
        await run.say("olga", "~add nova", role=Role.ORGANISER)
        await run.say("quillon", "#nova now cells")
        await run.bot.publisher.idle()
        with monkeypatch.context() as patch:
            patch.setattr(HistoryPage, "render", lambda *_: 1 / 0)
            answers = await run.told("quillon", "forget me yes")
        assert telling(tmp_path) == {"site/history.html", "data/ptg.json.forgetting"}  # the latter to try again
        assert answers != [FORGOTTEN]


# -- what the state's own tables may hold ---------------------------------------------------------------------------


async def test_these_are_the_tables_that_hold_people() -> None:
    # Whoever adds one that does: forget() in features/history/forget.py has to know it, and the tests above too.
    private = {CHECKINS.name, SUBSCRIPTIONS.name, TRACES.name, LINKS_OF_PEOPLE.name}
    private |= {WISHES.name, SPEAKERS.name, REMINDERS.name, POSTS.name, OPENSPACES.name, IGNORED.name}
    assert private == {
        "checkins", "subscriptions", "traces", "links_of_people", "wishes", "speakers", "reminders", "posts",
        "openspaces", "ignored",
    }  # fmt: skip
    assert {table.name for table in TABLES} - private - {"history"} == {
        "access", "event", "tracks", "days", "rooms", "bookings", "calendar", "topics", "links", "motd", "bulletins",
        "deliveries", "announcements", "numbers", "cards",
        "openspace_choices",
    }  # fmt: skip
