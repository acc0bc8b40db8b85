"""Section 2 of the reference: who may do what."""

import pytest

from ptgbot.core.commands import Door
from ptgbot.core.identity import Actor, Identity, Role, keys_of
from ptgbot.features.people.model import ACCESS, Access
from tests.talk import CHANNEL, Talk, having

NEEDS_OP = "You need op (+o) in the channel for that."
NEEDS_VOICE = "You need voice (+v) or op in the channel for that at the moment; an op can give it to you."


async def test_everybody_speaks_for_tracks_until_voice_is_required(bot: Talk) -> None:
    before = bot.state
    assert await bot.say("ada", "#nova clean") == []
    assert await bot.op("~requirevoice") == []
    assert bot.state == having(before, ACCESS, Access(voice_required=True))
    for text in ("#nova now x", "#nova", "#nova nonsense", "#nope now x"):
        assert await bot.said("ada", text) == NEEDS_VOICE
    assert bot.state == having(before, ACCESS, Access(voice_required=True))
    assert await bot.say("vera", "#nova clean", role=Role.MODERATOR) == []
    assert await bot.op("#nova clean") == []
    assert await bot.op("~alloweveryone") == []
    assert bot.state == before
    assert await bot.say("ada", "#nova clean") == []


async def test_user_commands_stay_everybodys_while_voice_is_required(bot: Talk) -> None:
    await bot.op("~requirevoice")
    assert await bot.said("ada", "#in the pub") == "You are checked in to the pub. Thanks! Say 'out' when you leave."
    assert await bot.said("ada", "+out") == "You are checked out of the pub. Thanks!"


@pytest.mark.parametrize("role", [Role.ATTENDEE, Role.MODERATOR])
@pytest.mark.parametrize("channel", [CHANNEL, None])
async def test_admin_commands_are_for_op_alone(bot: Talk, role: Role, channel: str | None) -> None:
    before = bot.state
    examples = [f"~{c.name} {c.example}" for c in bot.registry.commands if c.door is Door.ADMIN]
    for text in (*examples, "~nonsense", "~motd", "~motd nonsense"):
        [(_, reply)] = await bot.say("ada", text, role=role, channel=channel)
        assert reply.removeprefix("ada: ") == NEEDS_OP
    assert (bot.state, bot.changes) == (before, [])


@pytest.mark.parametrize("text", ["~requirevoice now", "~alloweveryone please"])
async def test_the_two_rules_take_no_parameters(bot: Talk, text: str) -> None:
    before = bot.state
    verb = text.removeprefix("~").partition(" ")[0]
    assert await bot.op(text) == [(CHANNEL, f"olga: '{verb}' takes nothing more: ~{verb}")]
    assert bot.state == before


def test_an_account_owns_what_is_under_it_and_under_the_nick_but_a_nick_only_its_own() -> None:
    account = Actor(Identity("irc", "ada99", verified=True), "Ada")
    nick = Actor(Identity("irc", "ada"), "Ada")
    folded = Actor(Identity("irc", "foo{m}"), "Foo[m]")
    assert keys_of(account) == ("irc/ada99", "irc/~ada")
    assert keys_of(nick) == ("irc/~ada",)
    assert keys_of(folded) == ("irc/~foo{m}", "irc/~foo[m]")
