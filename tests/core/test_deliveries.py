"""Messages that come again: done once, after a restart too."""

from datetime import timedelta
from pathlib import Path

import pytest

from ptgbot.core import deliveries
from ptgbot.core.changes import Cause
from ptgbot.core.deliveries import DELIVERIES, KEPT
from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Message, Reply, Tone
from ptgbot.features.history.model import HISTORY
from ptgbot.features.presence.model import CHECKINS
from tests.talk import CHANNEL, Talk, talk

ADA = Actor(Identity("slack", "T1.U1", verified=True), "Ada", nick=None)


async def say(bot: Talk, text: str, name: str = "C1:1.5", channel: str | None = CHANNEL) -> Reply:
    return await bot.dispatcher.accept(Message("slack", ADA, text, channel, name))


async def test_what_was_done_before_a_restart_is_not_done_again(tmp_path: Path) -> None:
    async with talk(tmp_path) as bot:
        await say(bot, "#nova next one")
        await say(bot, "in the pub", "D1:1.5", channel=None)  # of which the history knows nobody
    async with talk(tmp_path) as bot:
        before, seq = bot.state, bot.store.view.seq
        assert await say(bot, "#nova next one") == Reply()
        assert await say(bot, "in the pub", "D1:1.5", channel=None) == Reply()
        assert (bot.sent, bot.state, bot.store.view.seq) == ([], before, seq)
        assert await say(bot, "#nova next one", "C1:2.5") == Reply(Tone.DONE)
        assert bot.store.view.seq == seq + 1


async def test_what_changed_nothing_is_answered_again_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        async with talk(tmp_path) as bot:
            assert await say(bot, "+seen bob") == Reply(Tone.WORDS, "bob never checked in anywhere.")
            assert bot.store.view.all(DELIVERIES) == {}


async def test_what_could_not_be_saved_is_done_by_nobody_but_who_asks_again(bot: Talk) -> None:
    bot.store.refusing = "Disk full"  # type: ignore[union-attr]
    refused = await say(bot, "+in the pub")
    bot.store.refusing = ""  # type: ignore[union-attr]
    assert (await say(bot, "+in the pub"), bot.state["checkins"]) == (refused, {})
    assert (await say(bot, "+in the pub", "C1:2.5")).tone is Tone.WORDS


async def test_the_note_is_in_the_change_itself_and_in_no_entry_of_the_history(bot: Talk) -> None:
    await say(bot, "#nova now cells")
    await say(bot, "+in the pub", "C1:2.5")
    tables = [[edit.table.name for edit in change.edits] for change in bot.changes]
    assert tables == [["topics", "history", "traces", "deliveries"], ["checkins", "deliveries"]]
    [entry] = list(bot.store.view.all(HISTORY).values())[-1:]
    assert '"deliveries"' not in entry.edits
    bot.clock.forward(minutes=1)
    await bot.op("~undo")
    assert bot.state["topics"] == {}
    assert len(bot.store.view.all(DELIVERIES)) == 2


async def test_nothing_that_is_kept_names_who_wrote_it(bot: Talk) -> None:
    await say(bot, "forget me yes", "press:U1:1.5", channel=None)
    await say(bot, "in the pub", "D0U1:1.5", channel=None)
    assert len(bot.store.view.all(DELIVERIES)) == 1
    kept = repr([(change.message_id, [e for e in change.edits if e.table is DELIVERIES]) for change in bot.changes])
    assert "U1" not in kept


async def test_irc_leaves_no_notes(bot: Talk) -> None:
    await bot.say("ada", "+in the pub", id="m1")
    assert (bot.store.view.all(DELIVERIES), [change.message_id for change in bot.changes]) == ({}, ["irc/m1"])


async def test_notes_are_kept_for_a_day(bot: Talk) -> None:
    await say(bot, "+in the pub")
    bot.clock.forward(hours=1)
    await say(bot, "+in the bar", "C1:2.5")
    first, second = bot.store.view.all(DELIVERIES).values()
    bot.clock.time = first.at + KEPT
    bot.deliveries.expire(bot.clock.now())
    assert list(bot.store.view.all(DELIVERIES).values()) == [first, second]
    bot.clock.time += timedelta(seconds=1)
    bot.deliveries.expire(bot.clock.now())
    assert list(bot.store.view.all(DELIVERIES).values()) == [second]
    assert (bot.changes[-1].cause, bot.store.view.get(HISTORY, str(bot.changes[-1].seq))) == (Cause.DELIVERY, None)
    changes = len(bot.changes)
    bot.deliveries.expire(bot.clock.now())
    assert len(bot.changes) == changes


async def test_of_many_commands_the_oldest_are_known_by_their_changes_alone(
    bot: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "REMEMBERED", 10)
    await say(bot, "+in the pub", "first")
    for number in range(30):
        await say(bot, "+seen bob", f"{number}")
    assert len(bot.deliveries._replies) == 10
    await say(bot, "+in the bar", "second")
    assert await say(bot, "+in the pub", "first") == Reply()
    assert [c.location for c in bot.store.view.all(CHECKINS).values()] == ["the bar"]
