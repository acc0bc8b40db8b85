"""How people find out what they can say, and how long lists come to them."""

from typing import Any

import pytest

from ptgbot.core.commands import Call, Command, Door, Outcome
from ptgbot.core.identity import Role
from tests.talk import CHANNEL, DOCUMENTATION, Talk, quick_talk


def listed(sign: str, door: Door) -> str:
    return ", ".join(sign + verb for verb in quick_talk().registry.verbs(door))


USER = f"Everybody: {listed('+', Door.USER)}."
TRACK = f"About a track, as in '#TRACK now TEXT': {listed('', Door.TRACK)}."
ADMIN = f"Organisers: {listed('~', Door.ADMIN)}."
WHERE = f" 'help COMMAND' explains one; all of it: {DOCUMENTATION}"


def test_the_lists_name_every_command() -> None:
    assert USER.startswith("Everybody: +in, +out, +seen, +subscribe, +unsubscribe, +help, +more")
    assert TRACK.endswith("TEXT': now, next, clean, location, etherpad, url, book, unbook, move, color, undo.")
    assert "~clean, ~list, ~add, ~motd add, ~motd del, ~motd reorder, ~motd clean, ~requirevoice" in ADMIN


@pytest.mark.parametrize("text", ["#help", "+help", "~help", "?Help", "#HELP"])
async def test_help_in_a_channel_says_what_there_is_and_where_the_documentation_is(bot: Talk, text: str) -> None:
    assert await bot.say("ada", text) == [(CHANNEL, f"ada: {USER}"), (CHANNEL, f"ada: {TRACK}{WHERE}")]


@pytest.mark.parametrize("text", ["help", "#help", "+help", "~help"])
async def test_help_in_private_says_the_same(bot: Talk, text: str) -> None:
    assert await bot.told("ada", text) == [USER, TRACK + WHERE]
    assert await bot.told("vera", text, role=Role.MODERATOR) == [USER, TRACK + WHERE]


async def test_an_organiser_is_told_of_organisers_commands_too_and_it_fits_the_channel(bot: Talk) -> None:
    assert await bot.op("#help") == [
        (CHANNEL, f"olga: {USER}"),
        (CHANNEL, f"olga: {TRACK}"),
        (CHANNEL, f"olga: {ADMIN}{WHERE}"),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "help now",
            [
                (
                    "#TRACK now TEXT: says what is discussed now, and clears what was next."
                    " Words such as #neutron become badges on the page, addresses become links."
                )
            ],
        ),
        (
            "help clean",
            [
                "#TRACK clean (also: clear): removes what is now and next.",
                "~clean TRACK… (also: clear): removes what is now and next of tracks.",
            ],
        ),
        ("help ~clean", ["~clean TRACK… (also: clear): removes what is now and next of tracks."]),
        ("help ~CLEAR", ["~clean TRACK… (also: clear): removes what is now and next of tracks."]),
        ("help #clean", ["#TRACK clean (also: clear): removes what is now and next."]),
        ("help #TRACK clean", ["#TRACK clean (also: clear): removes what is now and next."]),
        ("help +in", ["+in LOCATION: tells everybody where you are: a track, or any words."]),
        ("help motd del", ["~motd del N: removes one message."]),
        ("+help #in", ["+in LOCATION: tells everybody where you are: a track, or any words."]),
    ],
)
async def test_help_explains_a_command_however_it_is_named(bot: Talk, text: str, lines: list[str]) -> None:
    assert await bot.told("ada", text) == lines


async def test_help_explains_a_family_of_commands(bot: Talk) -> None:
    found = await bot.told("ada", "help ~motd")
    assert [line.partition(":")[0] for line in found] == [
        "~motd add LEVEL TEXT",
        "~motd del N",
        "~motd reorder N…",
        "~motd clean (also",
    ]


@pytest.mark.parametrize("name", ["xyz", "~in", "+list", "#", "~", "+", "now-ish"])
async def test_help_for_what_is_no_command_says_how_to_get_the_list(bot: Talk, name: str) -> None:
    assert await bot.told("ada", f"help {name}") == [f"I know no command '{name}'. Say 'help' for the list."]


async def test_every_command_is_explained_in_one_line_of_the_channel(bot: Talk) -> None:
    for command in bot.registry.commands:
        name = ("" if command.door is Door.TRACK else command.door.value) + command.name
        lines = await bot.told("ada", f"help {name}")
        assert any(line.startswith(command.usage) for line in lines), name
        assert all(len(line) < 300 for line in lines)
        assert command.summary[0].islower()
        assert not command.summary.endswith(".")


def lines_command(count: int) -> Command:
    def handler(call: Call) -> Outcome:
        return Outcome(listing=tuple(lines(1, count)))

    return Command(Door.USER, f"lines{count}", "lists", handler)


def long_talk() -> Talk:
    return quick_talk(more=tuple(lines_command(count) for count in (0, 1, 3, 4, 10, 11, 25)))


def lines(first: int, last: int) -> list[str]:
    return [f"line {n}" for n in range(first, last + 1)]


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_up_to_three_lines_are_answered_in_the_channel(count: int) -> None:
    assert await long_talk().say("ada", f"+lines{count}") == [(CHANNEL, f"ada: {line}") for line in lines(1, count)]


@pytest.mark.parametrize("count", [4, 10])
async def test_more_than_three_go_to_the_asker_in_private_and_the_channel_is_told(count: int) -> None:
    assert await long_talk().say("ada", f"+lines{count}") == [
        (CHANNEL, "ada: That is long, I sent it to you in private."),
        *(("ada", line) for line in lines(1, count)),
    ]


async def test_long_lists_come_ten_lines_at_a_time() -> None:
    bot = long_talk()
    assert await bot.told("ada", "lines25") == [*lines(1, 10), "… 15 more lines: say 'more'."]
    assert await bot.told("ada", "more") == [*lines(11, 20), "… 5 more lines: say 'more'."]
    assert await bot.told("ada", "more") == lines(21, 25)
    assert await bot.told("ada", "more") == ["There is no more."]


async def test_one_line_too_many_is_one_line_more() -> None:
    bot = long_talk()
    assert await bot.told("ada", "lines11") == [*lines(1, 10), "… 1 more line: say 'more'."]
    assert await bot.told("ada", "more") == ["line 11"]


async def test_what_is_left_waits_while_other_things_are_said_and_is_ones_own() -> None:
    bot = long_talk()
    await bot.tell("ada", "lines25")
    await bot.tell("ada", "in the pub")
    assert await bot.told("bob", "more") == ["There is no more."]
    assert await bot.told("ada", "more") == [*lines(11, 20), "… 5 more lines: say 'more'."]
    await bot.tell("ada", "lines11")
    assert await bot.told("ada", "more") == ["line 11"]


async def test_more_is_told_in_private_wherever_it_is_asked_for_as_the_beginning_was() -> None:
    bot = long_talk()
    await bot.tell("ada", "lines25")
    assert await bot.say("ada", "+more") == [("ada", line) for line in [*lines(11, 20), "… 5 more lines: say 'more'."]]
    assert await bot.say("ada", "+more") == [("ada", line) for line in lines(21, 25)]


async def test_lines_are_counted_as_the_network_carries_them() -> None:
    many: dict[str, Any] = {"tracks": [f"track-number-{n:03}" for n in range(300)]}
    bot = quick_talk(many)
    said, first, *others = await bot.op("~list")
    assert said == (CHANNEL, "olga: That is long, I sent it to you in private.")
    assert first[1].startswith("Tracks: track-number-000 ")
    assert len(others) == 10
    assert others[-1] == ("olga", "… 4 more lines: say 'more'.")
    assert all(len(text.encode()) <= 400 for _, text in others)
    rest = await bot.told("olga", "more")
    whole = " ".join([first[1], *(text for _, text in others[:-1]), *rest])
    assert whole == f"Tracks: {' '.join(many['tracks'])}"


async def test_what_is_left_is_kept_for_some_hundred_people_only() -> None:
    bot = long_talk()
    for n in range(501):
        await bot.tell(f"p{n}", "lines25")
    assert await bot.told("p0", "more") == ["There is no more."]
    assert len(await bot.told("p1", "more")) == 11
