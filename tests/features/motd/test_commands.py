"""Section 5 of the reference: messages of the day."""

import pytest

from ptgbot.features.motd.model import MOTD, Motd, Notice
from tests.talk import CHANNEL, Talk, having

ONE, TWO, THREE = Notice("info", "one"), Notice("danger", "Two words"), Notice("success", "three")


@pytest.fixture
async def shown(bot: Talk) -> Talk:
    """A bot with three messages."""
    for text in ("~motd add info one", "~motd add DANGER Two   words", "~MOTD Add success three"):
        assert await bot.op(text) == []
    return bot


async def test_messages_are_added_at_the_end_with_their_level(bot: Talk) -> None:
    before = bot.state
    assert await bot.op("~motd add info one") == []
    assert await bot.op("~motd add Danger Two   words") == []
    assert bot.state == having(before, MOTD, Motd((ONE, TWO)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("~motd del 1", (TWO, THREE)),
        ("~motd del 3", (ONE, TWO)),
        ("~motd reorder 3 1", (THREE, ONE)),
        ("~motd reorder 2", (TWO,)),
        ("~motd reorder 2 1 3", (TWO, ONE, THREE)),
    ],
)
async def test_messages_are_removed_and_reordered_silently(shown: Talk, text: str, left: tuple[Notice, ...]) -> None:
    before = shown.state
    assert await shown.op(text) == []
    assert shown.state == having(before, MOTD, Motd(left))


@pytest.mark.parametrize("text", ["~motd clean", "~motd clear", "~Motd CLEAN"])
async def test_all_messages_are_removed(shown: Talk, text: str) -> None:
    assert await shown.op(text) == []
    assert shown.state["motd"] == {}


async def test_the_last_message_that_goes_leaves_nothing_behind(bot: Talk) -> None:
    before = bot.state
    await bot.op("~motd add info one")
    assert await bot.op("~motd del 1") == []
    assert bot.state == before


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("~motd", "'motd' needs one of: add, del, reorder, clean."),
        ("~motd shout x", "'motd' needs one of: add, del, reorder, clean."),
        ("~motd add", "'motd add' needs LEVEL: ~motd add LEVEL TEXT"),
        ("~motd add info", "'motd add' needs TEXT: ~motd add LEVEL TEXT"),
        ("~motd add lunch is ready", "'lunch' is no level: say one of info, success, warning, danger."),
        ("~motd del", "'motd del' needs N: ~motd del N"),
        ("~motd del 1 2", "'motd del' takes only N: ~motd del N"),
        ("~motd del 0", "There is no message number '0': they are numbered 1 to 3."),
        ("~motd del 4", "There is no message number '4': they are numbered 1 to 3."),
        ("~motd del -1", "There is no message number '-1': they are numbered 1 to 3."),
        ("~motd del ²", "There is no message number '²': they are numbered 1 to 3."),
        (
            "~motd del 99999999999999999999",
            "There is no message number '99999999999999999999': they are numbered 1 to 3.",
        ),
        ("~motd reorder", "'motd reorder' needs N: ~motd reorder N…"),
        ("~motd reorder 1 x", "There is no message number 'x': they are numbered 1 to 3."),
        ("~motd reorder 1 1", "Name each message once."),
        ("~motd clean now", "'motd clean' takes nothing more: ~motd clean"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(shown: Talk, text: str, reply: str) -> None:
    before = shown.state
    assert await shown.op(text) == [(CHANNEL, f"olga: {reply}")]
    assert shown.state == before


async def test_a_number_where_there_are_no_messages_is_refused(bot: Talk) -> None:
    assert await bot.op("~motd del 1") == [(CHANNEL, "olga: There is no message number '1': there are none.")]
