"""From a message to what it changes and answers."""

import asyncio
import logging
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ptgbot.core.backlog import MOST_WAITING, Backlog
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.commands import Arguments, Call, Command, Door, Outcome, Parameter, Refused, Registry
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Priority, Send, Target
from ptgbot.features.topics.model import TOPICS, Topic
from tests.fakes import MemoryStore
from tests.talk import CHANNEL, SAMPLE, State, Talk, having, quick_talk

SORRY = "Something went wrong on my side and nothing was changed. Please tell an organiser."


def memory(bot: Talk) -> MemoryStore:
    assert isinstance(bot.store, MemoryStore)
    return bot.store


def texts(bot: Talk) -> list[tuple[str, str]]:
    return [(send.target.name, send.lead + send.text) for send in bot.sent]


def message(nick: str, text: str, role: Role = Role.ATTENDEE) -> Message:
    return Message("irc", Actor(Identity("irc", nick), nick, role), text, CHANNEL)


def broken(call: Call) -> Outcome:
    Draft(call.view).put(TOPICS, Topic("nova"))
    raise ZeroDivisionError("a secret")


async def test_nothing_leaves_before_it_is_on_disk(bot: Talk) -> None:
    store = memory(bot)
    store.holding = True
    assert await bot.say("ada", "+in the pub") == []
    assert await bot.say("bob", "+seen ada") == []
    store.flush()
    assert texts(bot) == [
        (CHANNEL, "ada: You are checked in to the pub. Thanks! Say 'out' when you leave."),
        (CHANNEL, "bob: ada is in the pub since 10:00 CET."),
    ]


async def test_when_the_disk_refuses_those_who_changed_something_hear_that_nothing_was_saved(bot: Talk) -> None:
    store, before = memory(bot), bot.state
    store.holding = True
    await bot.say("ada", "+in the pub")
    await bot.say("olga", "#nova now x")
    await bot.say("bob", "+seen ada")
    await bot.tell("cleo", "in town")
    bot.sent.clear()
    store.fail("No space left on device")
    sorry = "Nothing was saved: No space left on device. Please try again in a minute."
    assert texts(bot) == [
        (CHANNEL, f"ada: {sorry}"),
        (CHANNEL, f"olga: {sorry}"),
        (CHANNEL, "bob: I could not answer that; please ask again."),
        ("cleo", sorry),
    ]
    assert (bot.state, bot.changes) == (before, [])


async def test_whoever_was_told_of_a_mistake_of_ours_is_told_once_when_the_disk_refuses_too() -> None:
    bot = quick_talk(more=(Command(Door.USER, "broken", "breaks", broken),))
    store = memory(bot)
    store.holding = True
    await bot.say("ada", "+in the pub")
    await bot.say("bob", "+broken")
    bot.sent.clear()
    store.fail("Disk full")
    assert texts(bot) == [
        (CHANNEL, "ada: Nothing was saved: Disk full. Please try again in a minute."),
        ("bob", SORRY),
    ]


async def test_while_changes_are_refused_questions_are_still_answered(bot: Talk) -> None:
    memory(bot).refusing = "No space left on device"
    before = bot.state
    assert await bot.said("ada", "#nova now x") == (
        "Nothing was saved: No space left on device. Please try again in a minute."
    )
    assert await bot.said("ada", "+seen bob") == "bob never checked in anywhere."
    assert bot.state == before


@pytest.mark.parametrize("channel", [CHANNEL, None])
async def test_a_handler_that_breaks_is_told_in_private_and_changes_nothing(
    channel: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    bot = quick_talk(more=(Command(Door.USER, "broken", "breaks", broken),))
    before = bot.state
    assert await bot.say("ada", "+broken", channel=channel) == [("ada", SORRY)]
    assert (bot.state, bot.changes) == (before, [])
    [record] = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "A command on irc failed.")
    assert await bot.said("ada", "+seen bob") == "bob never checked in anywhere."


async def test_a_rule_that_breaks_does_not_reach_the_network(bot: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_track(view: object, name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(bot.dispatcher._rules, "check_track", check_track)
    assert await bot.say("ada", "#nova now x") == [("ada", SORRY)]


async def test_text_that_cannot_be_written_down_changes_nothing(bot: Talk) -> None:
    before = bot.state
    await bot.say("ada", "+subscribe \ud800")
    assert (bot.state, bot.changes) == (before, [])


async def test_what_has_to_be_fetched_is_fetched_beside_other_commands() -> None:
    gate = asyncio.Event()

    async def bring(arguments: Arguments) -> str:
        await gate.wait()
        return arguments.text("WORD").upper()

    def shout(call: Call) -> Outcome:
        draft = Draft(call.view)
        draft.put(TOPICS, Topic("docs", None, (), call.fetched))
        return Outcome(draft.edits(), f"{call.fetched}!")

    bot = quick_talk(more=(Command(Door.ADMIN, "shout", "shouts", shout, (Parameter.word("WORD"),), fetch=bring),))
    before = bot.state
    asked = asyncio.ensure_future(bot.op("~shout hello"))
    await asyncio.sleep(0)
    bot.dispatcher.accept(message("bob", "+seen ada"))
    assert texts(bot) == [(CHANNEL, "bob: ada never checked in anywhere.")]
    gate.set()
    assert (await asked)[1:] == [(CHANNEL, "olga: HELLO!")]
    assert bot.state == having(before, TOPICS, Topic("docs", None, (), "HELLO"))


@pytest.mark.parametrize(
    ("error", "answer"), [(Refused("there is none."), (CHANNEL, "olga: there is none.")), (KeyError(), ("olga", SORRY))]
)
async def test_a_fetch_that_fails_is_answered_and_changes_nothing(error: Exception, answer: tuple[str, str]) -> None:
    async def bring(arguments: Arguments) -> None:
        raise error

    bot = quick_talk(more=(Command(Door.ADMIN, "bring", "brings", lambda call: Outcome(), fetch=bring),))
    assert await bot.op("~bring") == [answer]
    assert bot.changes == []


async def test_at_the_end_what_is_still_being_fetched_is_given_up() -> None:
    async def bring(arguments: Arguments) -> None:
        await asyncio.Event().wait()

    bot = quick_talk(more=(Command(Door.ADMIN, "bring", "brings", lambda call: Outcome(), fetch=bring),))
    bot.dispatcher.accept(message("olga", "~bring", Role.ORGANISER))
    await bot.dispatcher.close()
    assert texts(bot) == []


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("hello there", "Unknown command 'hello'."),
        ("now x", "Unknown command 'now'. Did you mean: #TRACK now TEXT?"),
        ("nova NOW x", "Unknown command 'nova'. Did you mean: #nova NOW x?"),
        ("list", "Unknown command 'list'. Did you mean: ~list?"),
        ("motd add info x", "Unknown command 'motd'. Did you mean: ~motd add LEVEL TEXT?"),
    ],
)
async def test_an_unknown_command_is_named_with_what_may_have_been_meant(bot: Talk, text: str, reply: str) -> None:
    assert await bot.told("ada", text) == [f"{reply} You can say: {bot.verbs(Door.USER)}."]


async def test_an_unknown_organisers_command_is_named(bot: Talk) -> None:
    assert await bot.told("olga", "~nonsense x", role=Role.ORGANISER) == [
        f"Unknown command '~nonsense'. Organisers can say: {bot.verbs(Door.ADMIN)}."
    ]


async def test_the_rights_in_a_channel_hold_in_private(bot: Talk) -> None:
    before = bot.state
    assert await bot.told("vera", "#nova now x", role=Role.MODERATOR) == []
    assert await bot.told("olga", "~newday", role=Role.ORGANISER) == []
    assert bot.state == before
    assert await bot.told("ada", "~newday") == ["You need op (+o) in the channel for that."]


async def test_an_answer_says_whom_it_is_for_and_what_may_be_merged(bot: Talk) -> None:
    channel, private = Target("irc", CHANNEL), Target("irc", "Ada")
    await bot.say("Ada", "+seen bob", account="ada99")
    assert bot.sent == [Send(channel, "bob never checked in anywhere.", lead="Ada: ", asker="irc/ada99")]
    await bot.tell("Ada", "seen bob")
    assert bot.sent == [Send(private, "bob never checked in anywhere.", asker="irc/~ada")]
    await bot.tell("Ada", "help")
    assert [(send.asker, send.apart, send.more) for send in bot.sent] == [
        ("irc/~ada", True, True),
        ("irc/~ada", True, False),
    ]
    bot.network._room = 60
    await bot.say("Ada", "+help")
    long = "That is long, I sent it to you in private."
    assert bot.sent[0] == Send(channel, long, lead="Ada: ", asker="irc/~ada", more=True)
    assert {(send.target, send.lead, send.asker, send.apart) for send in bot.sent[1:]} == {
        (private, "", "irc/~ada", True)
    }
    assert [send.more for send in bot.sent] == [*[True] * (len(bot.sent) - 1), False]


TOO_MANY = (
    "40 of your commands are still waiting, so I skip what you say now. "
    "Please wait for the answers, then say the rest again."
)


async def test_whose_forty_commands_wait_for_the_disk_hears_it_once_and_the_rest_is_ignored(bot: Talk) -> None:
    store = memory(bot)
    store.holding = True
    for number in range(MOST_WAITING + 30):
        said = await bot.say("Ada", f"#nova now topic {number}" if number % 2 else f"+in room {number}")
        assert said == ([(CHANNEL, f"Ada: {TOO_MANY}")] if number == MOST_WAITING else [])
    assert [change.text for change, _ in store._pending] == [
        f"#nova now topic {number}" if number % 2 else f"+in room {number}" for number in range(MOST_WAITING)
    ]
    await bot.say("bob", "+seen cleo")
    bot.sent.clear()
    store.flush()
    checked_in = [
        f"Ada: You are checked in to room {number}. Thanks! Say 'out' when you leave."
        for number in range(0, MOST_WAITING, 2)
    ]
    assert texts(bot) == [
        *[(CHANNEL, text) for text in checked_in],
        (CHANNEL, "bob: cleo never checked in anywhere."),
    ]
    store.holding = False
    assert await bot.said("Ada", "+seen cleo") == "cleo never checked in anywhere."


async def test_answers_that_are_not_sent_yet_count_and_each_time_it_is_too_much_is_told_once() -> None:
    bot = quick_talk()
    unsent = {"irc/~ada": MOST_WAITING - 1}
    bot.dispatcher._backlog = Backlog(lambda person: unsent.get(person, 0))
    assert await bot.told("ada", "seen bob") == ["bob never checked in anywhere."]
    unsent["irc/~ada"] = MOST_WAITING
    assert [await bot.told("ada", "seen bob") for _ in range(3)] == [[TOO_MANY], [], []]
    assert await bot.told("bob", "seen bob") == ["bob never checked in anywhere."]
    unsent["irc/~ada"] = MOST_WAITING - 1  # a little better is no reason to say it again
    assert await bot.told("ada", "seen bob") == ["bob never checked in anywhere."]
    unsent["irc/~ada"] = MOST_WAITING
    assert await bot.told("ada", "seen bob") == []
    unsent["irc/~ada"] = 3
    assert await bot.told("ada", "seen bob") == ["bob never checked in anywhere."]
    unsent["irc/~ada"] = MOST_WAITING
    assert [await bot.told("ada", "seen bob") for _ in range(2)] == [[TOO_MANY], []]


async def test_that_commands_are_skipped_is_told_once_in_each_place_in_a_line_before_the_answers() -> None:
    bot = quick_talk()
    bot.dispatcher._backlog = Backlog(lambda person: MOST_WAITING)
    sent: list[Send] = []
    bot.dispatcher._submit = sent.append
    for _ in range(3):
        await bot.say("ada", "+seen bob")
        await bot.tell("ada", "seen bob")
    asker = "irc/~ada"
    assert sent == [
        Send(Target("irc", CHANNEL), TOO_MANY, lead="ada: ", asker=asker, apart=True, first=True),
        Send(Target("irc", "ada"), TOO_MANY, asker=asker, apart=True, first=True),
    ]


async def test_what_is_no_command_is_neither_counted_nor_told_of() -> None:
    bot = quick_talk()
    bot.dispatcher._backlog = Backlog(lambda person: MOST_WAITING)
    assert await bot.say("ada", "hello there") == []
    assert await bot.say("ada", "+seen bob") == [(CHANNEL, f"ada: {TOO_MANY}")]


@pytest.mark.parametrize("text", ["+seen bob", "#nova now x", "+in the pub", "+nonsense", "+broken", "~list", "+help"])
async def test_however_a_command_ends_it_waits_no_longer(text: str) -> None:
    bot = quick_talk(more=(Command(Door.USER, "broken", "breaks", broken),))
    store = memory(bot)
    for _ in range(MOST_WAITING + 10):
        await bot.say("ada", text)
        assert TOO_MANY not in [send.text for send in bot.sent]
    assert bot.dispatcher._backlog._under_way == {}
    store.holding = True
    await bot.say("ada", "#docs now on its way to the disk")
    assert bot.dispatcher._backlog._under_way == {"irc/~ada": 1}
    await bot.say("ada", text)
    store.fail("Disk full")
    assert bot.dispatcher._backlog._under_way == {}


async def test_what_is_being_fetched_waits() -> None:
    gate = asyncio.Event()

    async def bring(arguments: Arguments) -> None:
        await gate.wait()
        raise Refused("there is none.")

    bot = quick_talk(more=(Command(Door.ADMIN, "bring", "brings", lambda call: Outcome(), fetch=bring),))
    for _ in range(MOST_WAITING + 2):
        bot.dispatcher.accept(message("olga", "~bring", Role.ORGANISER))
    assert texts(bot) == [(CHANNEL, f"olga: {TOO_MANY}")]
    gate.set()
    while bot.dispatcher._tasks:
        await asyncio.sleep(0)
    assert bot.dispatcher._backlog._under_way == {}


def test_two_commands_with_the_same_verb_are_a_mistake() -> None:
    one = Command(Door.USER, "one", "does", broken)
    other = Command(Door.USER, "other", "does", broken, aliases=("one",))
    with pytest.raises(ValueError, match=r"two commands are called \+one"):
        Registry([one, other])


EXAMPLES = [f"{c.name} {c.example}" for c in quick_talk().registry.commands if c.fetch is None]
WORDS = st.sampled_from(
    [
        *" ".join(EXAMPLES).split(),
        *SAMPLE["tracks"],
        "#nova",
        "~motd",
        "+in",
        "MonA1",
        "Aspen-MonP1",
        "Ballroom",
        "A-MonP1",
        "#",
        "~",
        "+1",
        "\x00",
        "\u202e",
        "(",
        "9" * 30,
        "İ",
        "x" * 600,
    ]
)
LINES = st.one_of(
    st.text(max_size=40),
    st.text(string.printable, max_size=80),
    st.lists(WORDS, max_size=6).map(" ".join),
    st.tuples(st.sampled_from(["+", "~", "#", "#nova ", "#docs ", ""]), st.sampled_from(EXAMPLES)).map("".join),
    st.tuples(st.sampled_from(["+", "~", "#", "#nova "]), st.lists(WORDS, max_size=4).map(" ".join)).map("".join),
)


@example([("#nova now x", Role.ATTENDEE, False), ("forget me yes", Role.ATTENDEE, True)])
@given(st.lists(st.tuples(LINES, st.sampled_from(Role), st.booleans()), min_size=1, max_size=8))
async def test_any_lines_get_a_clear_answer_or_silence(said: list[tuple[str, Role, bool]]) -> None:
    bot = quick_talk()
    for text, role, private in said:
        before, changes = bot.state, len(bot.changes)
        sends = await bot.say("Ada", text, role=role, channel=None if private else CHANNEL)
        assert {target for target, _ in sends} <= ({"Ada"} if private else {"Ada", CHANNEL})
        assert SORRY not in dict(sends).values()
        public = [send for send in bot.sent if send.target.name == CHANNEL]
        assert sum(len(bot.network.split(send)) for send in public) <= 3
        assert all(send.lead == "Ada: " for send in public)
        answers = [send for send in bot.sent if send.priority is Priority.ANSWER]
        assert {(send.asker, send.more) for send in answers[-1:]} <= {("irc/~ada", False)}
        assert {(send.asker, send.more) for send in answers[:-1]} <= {("irc/~ada", True)}
        assert len(sends) <= 12
        assert len(bot.changes) - changes in {0, 1}
        assert bot.state == (replay(before, bot) if len(bot.changes) > changes else before)


def replay(state: State, bot: Talk) -> State:
    """Return a state after the last Change."""
    after: dict[str, dict[str, Any]] = {name: dict(documents) for name, documents in state.items()}
    change = bot.changes[-1]
    assert change.edits and change.cause in (Cause.COMMAND, Cause.UNDO, Cause.PURGE, Cause.POST)
    for edit in change.edits:
        if edit.table.name not in after:
            continue  # the history of it
        table = after[edit.table.name]
        assert table.pop(edit.key, None) == edit.before
        if edit.after is not None:
            table[edit.key] = edit.after
    return after
