"""Whom a topic is told to, how often, and until when."""

from ptgbot.core.messages import Send, Target
from ptgbot.features.subscriptions.notifier import Notifier
from tests.talk import Talk, quick_talk


async def told(bot: Talk, sent: list[Send], text: str) -> list[str]:
    """Have a topic said; return the identities of those who are told."""
    sent.clear()
    await bot.say("olga", text)
    return [send.target.identity for send in sent if send.target.identity]


def notifying(bot: Talk, where: dict[str, str | None] | None = None) -> tuple[Notifier, list[Send]]:
    """Return a notifier that knows under which nicks identities are to be reached; None for those who are away."""
    sent: list[Send] = []

    def locate(target: Target) -> Target | None:
        name = (where or {}).get(target.identity, target.name)
        return None if name is None else Target(target.network, name, target.identity)

    notifier = Notifier(bot.store.view, sent.append, 60.0, locate=locate)
    bot.store.listen(notifier.changed)
    return notifier, sent


async def test_who_subscribed_under_account_and_nick_is_told_once() -> None:
    bot = quick_talk()
    await bot.say("ada", "+subscribe cells", account="ada99")
    await bot.say("ada", "+subscribe nova")
    await bot.say("bob", "+subscribe nova")
    _, sent = notifying(bot)
    assert await told(bot, sent, "#nova now cells") == ["irc/ada99", "irc/~bob"]
    assert await told(bot, sent, "#nova now rockets") == ["irc/~ada", "irc/~bob"]
    assert await told(bot, sent, "#swift now cells") == ["irc/ada99"]


async def test_an_account_is_the_same_person_as_the_nick_that_it_has_now_and_no_other() -> None:
    bot = quick_talk()
    await bot.say("ada", "+subscribe cells", account="ada99")
    await bot.say("ada", "+subscribe nova")
    await bot.say("Countess", "+subscribe nova")
    where: dict[str, str | None] = {"irc/ada99": "countess"}
    _, sent = notifying(bot, where)
    assert await told(bot, sent, "#nova now cells") == ["irc/ada99", "irc/~ada"]
    where["irc/ada99"] = None
    assert await told(bot, sent, "#nova now more cells") == ["irc/ada99", "irc/~ada", "irc/~countess"]


async def test_once_it_is_closed_nobody_is_told_and_nothing_begins() -> None:
    bot = quick_talk()
    await bot.say("bob", "+subscribe nova")
    notifier, sent = notifying(bot)
    notifier._slice = 0.0
    await notifier.close()
    assert await told(bot, sent, "#nova now cells") == []
    assert notifier._task is None
