"""What is on now and next, as one message a track in the channels that want it."""

from pathlib import Path

from tests.slack.bot import ADA, CHANNEL, eventually, having_bot
from tests.slack.fake import FakeSlack
from tests.slack.workspace import BOT, Posted

BOARD = "C000BOARD"


def board(slack: FakeSlack) -> list[Posted]:
    return [p for p in slack.workspace.posts if p.channel == BOARD and p.user == BOT]


async def test_a_track_has_one_message_that_is_edited_over_restarts_too(slack: FakeSlack, tmp_path: Path) -> None:
    slack.workspace.add_channel(BOARD, "board")
    async with having_bot(slack, folder=tmp_path, announce=(BOARD,)) as bot:
        slack.says(ADA, CHANNEL, "#nova now cells")
        slack.says(ADA, CHANNEL, "#swift now rings")
        await bot.idle()
        slack.says(ADA, CHANNEL, "#nova next *placement* &amp; more")
        await bot.idle()
        await bot.store.saved(bot.store.view.seq)
    async with having_bot(slack, folder=tmp_path, announce=(BOARD,)) as bot:
        slack.says(ADA, CHANNEL, "#nova now placement")
        await bot.idle()

    tracks = [post.text.split()[0] for post in board(slack)]
    assert tracks == ["#nova", "#swift"]
    assert [post.edits for post in board(slack)] == [3, 0]  # one of them to catch up
    assert "placement" in board(slack)[0].text


async def test_a_bulletin_that_somebody_deleted_is_posted_again(slack: FakeSlack) -> None:
    slack.workspace.add_channel(BOARD, "board")
    async with having_bot(slack, announce=(BOARD,)) as bot:
        slack.says(ADA, CHANNEL, "#nova now cells")
        await bot.idle()
        board(slack)[0].deleted = True
        slack.says(ADA, CHANNEL, "#nova now placement")
        await bot.idle()
        await eventually(lambda: len(board(slack)) == 2)

        assert [post.deleted for post in board(slack)] == [True, False]
        assert "placement" in board(slack)[1].text


async def test_a_bulletin_that_is_too_long_for_a_message_stays_one(slack: FakeSlack) -> None:
    slack.workspace.add_channel(BOARD, "board")
    async with having_bot(slack, announce=(BOARD,)) as bot:
        for text in ("short", "long " * 2000):
            slack.says(ADA, CHANNEL, f"#nova now {text}")
            await bot.idle()

    [post] = board(slack)
    assert post.text.startswith("#nova (Ballroom A) now: long long")
    assert post.text.endswith("long\n…")


async def test_a_bulletin_that_was_behind_when_the_bot_ended_catches_up(slack: FakeSlack, tmp_path: Path) -> None:
    slack.workspace.add_channel(BOARD, "board")
    async with having_bot(slack, folder=tmp_path, announce=(BOARD,)) as bot:
        slack.says(ADA, CHANNEL, "#nova now cells")
        slack.says(ADA, CHANNEL, "#docs now first steps")
        await bot.idle()
        slack.api.down = True
        delivered = [slack.says(ADA, CHANNEL, f"#{track} now later")[1] for track in ("nova", "swift")]
        for delivery in delivered:
            await delivery.acked.wait()
    slack.api.down = False
    async with having_bot(slack, folder=tmp_path, announce=(BOARD,)) as bot:
        await bot.idle()
        await bot.saved()
    async with having_bot(slack, folder=tmp_path, announce=(BOARD,)) as bot:
        await bot.idle()

    assert [post.text.split(": ")[1] for post in board(slack)] == ["later", "first steps", "later"]
    assert [post.edits for post in board(slack)][1:] == [0, 0]
