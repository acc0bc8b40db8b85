"""What a network is told of each message: what became of it, and only once that is on disk."""

import asyncio

import pytest

from ptgbot.core.backlog import MOST_WAITING
from ptgbot.core.commands import Arguments, Call, Command, Door, Outcome, Parameter, Refused
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Reply, Send, Target, Tone
from ptgbot.features.presence.model import CHECKINS
from tests.core.test_dispatch import SORRY, TOO_MANY, broken, memory
from tests.fakes import FakeNetwork
from tests.talk import CHANNEL, Talk, quick_talk

CHECKED_IN = "You are checked in to the pub. Thanks! Say 'out' when you leave."
NOT_SAVED = "Nothing was saved: Disk full. Please try again in a minute."
ADA = Actor(Identity("slack", "T1.U1", verified=True), "Ada Lovelace", nick=None)


def said(
    text: str, *, role: Role = Role.ATTENDEE, channel: str | None = CHANNEL, name: str = "", via: str = ""
) -> Message:
    return Message("slack", Actor(ADA.identity, ADA.name, role, None), text, channel, name, via)


class Signing(FakeNetwork):
    """A network that has threads, and a sign for what is done."""

    def address(self, message: Message, tone: Tone) -> tuple[Target, str] | None:
        if tone is Tone.DONE:
            return Target(self.name, message.channel or "ada", via=f"done:{message.id}"), ""
        only_for = "ada" if tone is Tone.ERROR else ""
        return Target(self.name, message.channel or "ada", via=message.via, only_for=only_for), ""


@pytest.fixture
def bot() -> Talk:
    made = quick_talk(more=(Command(Door.USER, "broken", "breaks", broken),))
    made.networks["slack"] = Signing("slack")
    return made


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (said("+in the pub"), Reply(Tone.WORDS, CHECKED_IN)),
        (said("in the pub", channel=None), Reply(Tone.WORDS, CHECKED_IN)),
        (said("+seen bob"), Reply(Tone.WORDS, "bob never checked in anywhere.")),
        (said("#nova now cells"), Reply(Tone.DONE)),
        (said("~requirevoice", role=Role.ORGANISER), Reply(Tone.DONE)),
        (said("~requirevoice"), Reply(Tone.ERROR, "You need op (+o) in the channel for that.")),
        (said("#nvoa now cells"), Reply(Tone.ERROR, "Unknown track 'nvoa'. Did you mean 'nova'?")),
        (said("+out"), Reply(Tone.ERROR, "You never checked in anywhere: say 'in LOCATION' first.")),
        (said("+in"), Reply(Tone.ERROR, "'in' needs LOCATION: +in LOCATION")),
        (said("+broken"), Reply(Tone.ERROR, SORRY)),
        (said("good morning"), Reply()),
        (said(""), Reply()),
        (said("+1"), Reply()),
    ],
)
async def test_a_network_hears_what_became_of_each_message(bot: Talk, message: Message, reply: Reply) -> None:
    assert await bot.dispatcher.accept(message) == reply


async def test_it_hears_it_only_once_that_is_on_disk(bot: Talk) -> None:
    store = memory(bot)
    store.holding = True
    messages = ["+in the pub", "#nova now cells", "+seen bob", "+in", "good morning"]
    heard = [bot.dispatcher.accept(said(text)) for text in messages]
    assert [reply.done() for reply in heard] == [False, False, False, False, True]
    store.flush()
    assert [reply.result().tone for reply in heard] == [Tone.WORDS, Tone.DONE, Tone.WORDS, Tone.ERROR, None]


async def test_what_was_rolled_back_was_refused(bot: Talk) -> None:
    store = memory(bot)
    store.holding = True
    heard = [bot.dispatcher.accept(said(text)) for text in ("+in the pub", "#nova now cells", "+seen bob")]
    store.fail("Disk full")
    ask_again = Reply(Tone.ERROR, "I could not answer that; please ask again.")
    assert [reply.result() for reply in heard] == [Reply(Tone.ERROR, NOT_SAVED)] * 2 + [ask_again]
    assert [(send.text, send.target.only_for) for send in bot.sent] == [
        (NOT_SAVED, "ada"),
        (NOT_SAVED, "ada"),
        (ask_again.text, "ada"),
    ]


async def test_while_changes_are_refused_a_command_is_refused_at_once(bot: Talk) -> None:
    memory(bot).refusing = "Disk full"
    assert await bot.dispatcher.accept(said("+in the pub")) == Reply(Tone.ERROR, NOT_SAVED)


async def test_what_has_to_be_fetched_is_heard_of_when_it_is_done() -> None:
    gate = asyncio.Event()

    async def bring(arguments: Arguments) -> None:
        await gate.wait()
        if arguments.text("URL") == "nowhere":
            raise Refused("there is none.")

    url = (Parameter.word("URL"),)
    bot = quick_talk(more=(Command(Door.USER, "bring", "brings", lambda call: Outcome(), url, fetch=bring),))
    bot.networks["slack"] = Signing("slack")
    good, bad = (bot.dispatcher.accept(said(f"+bring {url}")) for url in ("somewhere", "nowhere"))
    await asyncio.sleep(0)
    assert (good.done(), bad.done()) == (False, False)
    gate.set()
    assert (await good, await bad) == (Reply(Tone.DONE), Reply(Tone.ERROR, "there is none."))


async def test_what_remains_to_be_done_after_a_change_is_waited_for() -> None:
    gate = asyncio.Event()

    async def rest() -> None:
        await gate.wait()

    def handler(call: Call) -> Outcome:
        return Outcome(reply="All of it.", after=rest)

    bot = quick_talk(more=(Command(Door.USER, "all", "does all", handler),))
    heard = bot.dispatcher.accept(said("+all"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not heard.done()
    gate.set()
    assert await heard == Reply(Tone.WORDS, "All of it.")


async def test_who_gives_too_many_commands_is_refused_each_and_told_once(bot: Talk) -> None:
    store = memory(bot)
    store.holding = True
    heard = [bot.dispatcher.accept(said(f"+in room {number}")) for number in range(MOST_WAITING + 3)]
    assert [reply.done() for reply in heard] == [*[False] * MOST_WAITING, True, True, True]
    store.flush()
    assert [reply.result() for reply in heard[MOST_WAITING:]] == [Reply(Tone.ERROR, TOO_MANY)] * 3
    assert [send.text for send in bot.sent].count(TOO_MANY) == 1


async def test_silent_success_is_a_sign_where_the_network_has_one_and_nothing_where_it_has_none(bot: Talk) -> None:
    await bot.dispatcher.accept(said("#nova now cells", name="m1"))
    sign = Target("slack", CHANNEL, via="done:m1")
    assert bot.sent == [Send(sign, "Done.", asker="slack/T1.U1")]
    assert await bot.say("ada", "#nova now cells") == []


@pytest.mark.parametrize("text", ["in the pub", "+in the pub", "IN  the pub"])
async def test_what_is_said_to_the_bot_in_a_channel_is_read_as_in_private_and_answered_there(
    bot: Talk, text: str
) -> None:
    message = Message("slack", ADA, text, CHANNEL, "m1", "thread", addressed=True)
    assert await bot.dispatcher.accept(message) == Reply(Tone.WORDS, CHECKED_IN)
    assert bot.sent == [Send(Target("slack", CHANNEL, via="thread"), CHECKED_IN, asker="slack/T1.U1")]
    assert [c.location for c in bot.store.view.all(CHECKINS).values()] == ["the pub"]
    assert await bot.dispatcher.accept(Message("slack", ADA, "in town", CHANNEL, "m2")) == Reply()


async def test_what_is_said_to_the_bot_in_a_channel_is_not_private(bot: Talk) -> None:
    message = Message("slack", ADA, "forget me yes", CHANNEL, "m1", addressed=True)
    assert await bot.dispatcher.accept(message) == Reply(Tone.ERROR, "Say that to me in private, please.")


async def test_an_answer_in_private_has_no_handle_of_the_channel(bot: Talk) -> None:
    await bot.dispatcher.accept(said("+my data", via="thread"))
    assert [send.target for send in bot.sent] == [Target("slack", "ada")]
    bot.sent.clear()
    await bot.dispatcher.accept(said("my data", channel=None, via="thread"))
    assert [send.target for send in bot.sent] == [Target("slack", "ada", via="thread")]


@pytest.mark.parametrize("text", ["+in the pub", "#nova now cells", "+seen bob", "+in", "~newday", "+broken"])
async def test_a_message_that_comes_again_is_done_and_answered_once(bot: Talk, text: str) -> None:
    store = memory(bot)
    store.holding = True
    first, again = (bot.dispatcher.accept(said(text, name="C1:1.5")) for _ in range(2))
    store.flush()
    assert await first == await again
    sent, changes, seq = list(bot.sent), len(bot.changes), store.view.seq
    assert await bot.dispatcher.accept(said(text, name="C1:1.5")) == await first
    assert (bot.sent, len(bot.changes), store.view.seq) == (sent, changes, seq)
    assert await bot.dispatcher.accept(said(text, name="C1:2.5")) == await first
    assert len(bot.sent) == 2 * len(sent)


async def test_a_message_that_comes_again_while_its_first_is_on_the_way_to_the_disk_waits_for_that(bot: Talk) -> None:
    store = memory(bot)
    store.holding = True
    first, again = (bot.dispatcher.accept(said("+in the pub", name="m1")) for _ in range(2))
    assert (first.done(), again.done(), len(store._pending)) == (False, False, 1)
    store.fail("Disk full")
    assert (await first, await again) == (Reply(Tone.ERROR, NOT_SAVED), Reply(Tone.ERROR, NOT_SAVED))


async def test_messages_without_an_id_and_those_of_irc_are_each_for_themselves(bot: Talk) -> None:
    for _ in range(2):
        assert await bot.dispatcher.accept(said("+in the pub")) == Reply(Tone.WORDS, CHECKED_IN)
        assert await bot.said("bob", "+in the pub", id="m1") == CHECKED_IN
    assert len(bot.changes) == 2  # the second time of each, nothing was new but the answer
