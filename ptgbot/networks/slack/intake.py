"""What Slack delivers, as Messages, in the order in which people wrote."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ptgbot.core.messages import Message, Reply, Tone
from ptgbot.core.protocols import Accept
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.text import linked, mentioned, plain, without_mention

__all__ = ["COMMAND_ID", "FORM", "HOME", "MOST_LOOKED_UP", "PRESS_ID", "Intake", "Taken", "is_by_a_person"]

_READ_SUBTYPES = (None, "thread_broadcast", "file_share")  # the others are no words of a person, or not new ones
_SLACKBOT = "USLACKBOT"
MOST_LOOKED_UP = 20  # people, and channels, in one message; no command is about more

# What the id of a message begins with that is no message in a channel.
COMMAND_ID, PRESS_ID = "command:", "press:"
# The via of commands whose answer goes to a form, or to whoever pressed a button of their App Home.
FORM, HOME = "form", "home"

Payload = Mapping[str, Any]


@dataclass(eq=False)
class Taken:
    """Something that was taken and is under way.

    Args:
        reply: What becomes of it, once that is on disk.
        handed_on: Whether it was understood and given to the bot by now.
        told: Whether whoever waits for it was told that it takes a while.
    """

    reply: "asyncio.Task[Reply]"
    handed_on: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is known of a Message before it is known who wrote it.

    Args:
        user: Who wrote it.
        team: The workspace of which Slack says that they are; empty where it does not.
        text: The text.
        place: Where; what is written in one place is taken one after the other.
        via: The network's own handle for the answer.
        channel: The channel, None in private.
        addressed: Whether it is said to the bot.
        typed: Whether the text is escaped as Slack escapes what people type.
        objection: Tells at the last moment why it is not to be done after all; empty where it is.
    """

    user: str
    team: str
    text: str
    place: str
    via: str
    channel: str | None = None
    addressed: bool = True
    typed: bool = True
    objection: Callable[[], str] = str


@dataclass(slots=True)
class _Place:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # it lets them in as they came
    waiting: int = 0


class Intake:
    """Makes Messages of deliveries.

    Args:
        people: Who people are.
        channels: The ids of the channels in which commands are read.
        accept: Takes a Message; what it returns is done once all that the Message caused is on disk.
        network: The network's name.
    """

    def __init__(self, people: People, channels: tuple[str, ...], accept: Accept, network: str) -> None:
        self._people = people
        self._channels = channels
        self._accept = accept
        self._network = network
        self._under_way: dict[str, Taken] = {}
        self._places: dict[str, _Place] = {}

    def message(self, event: Payload) -> Taken | None:
        """Take an event ``message`` or ``app_mention``.

        Returns:
            None where it is nothing that somebody said to the bot or in one of its channels.
        """
        user, channel, ts = (str(event.get(name) or "") for name in ("user", "channel", "ts"))
        if not is_by_a_person(event, self._people.me) or "edited" in event or event.get("hidden"):
            return None
        text = str(event.get("text") or "")
        called = without_mention(text, self._people.me)
        private = event.get("channel_type") == "im" or channel.startswith("D")
        if not private and called is None and (channel not in self._channels or _is_chatter(text)):
            return None
        draft = _Draft(
            user=user,
            team=str(event.get("user_team") or event.get("team") or ""),
            text=text if called is None else called,
            place=channel,
            via=str(event.get("thread_ts") or ("" if private else ts)),
            channel=None if private else channel,
            addressed=called is not None,
        )
        return self._take(f"{channel}:{ts}", draft)

    def command(self, payload: Payload) -> Taken:
        """Take a slash command; only who gave it sees the answer."""
        draft = _Draft(
            user=str(payload["user_id"]),
            team=str(payload.get("team_id") or ""),
            text=str(payload.get("text") or "").strip() or "help",
            place=str(payload.get("channel_id", "")),
            via=str(payload["response_url"]),
        )
        return self._take(f"{COMMAND_ID}{payload['trigger_id']}", draft)

    def press(self, user: Payload, command: str, name: str, via: str, objection: Callable[[], str] = str) -> Taken:
        """Take a command that a button or a form gave.

        Args:
            user: Who pressed, as Slack describes them then.
            command: The command.
            name: What names this one press of theirs.
            via: Where its answer goes: ``FORM`` or ``HOME``.
            objection: Tells at the last moment why it is not to be done after all; empty where it is.
        """
        pressed_by = str(user["id"])
        draft = _Draft(
            user=pressed_by,
            team=str(user.get("team_id") or ""),
            text=command,
            place=pressed_by,
            via=via,
            typed=False,
            objection=objection,
        )
        return self._take(f"{PRESS_ID}{pressed_by}:{name}", draft)

    def _take(self, name: str, draft: _Draft) -> Taken:
        """Take something that people did; what is delivered again while it is under way is the same.

        What is delivered again later is known to the bot by its id (``core.deliveries``).
        """
        taken = self._under_way.get(name)
        if taken is None:
            taken = self._under_way[name] = Taken(asyncio.ensure_future(self._hand_on(name, draft)))
            taken.reply.add_done_callback(lambda _: self._under_way.pop(name))
        return taken

    async def _hand_on(self, name: str, draft: _Draft) -> Reply:
        # Who wrote it is looked up at once, so that several wait for Slack together; they are handed on in order.
        reading = asyncio.ensure_future(self._read(name, draft))
        place = self._places.setdefault(draft.place, _Place())
        place.waiting += 1
        try:
            async with place.turn:
                message = await reading
                self._under_way[name].handed_on = True
                if why := draft.objection():
                    return Reply(Tone.ERROR, why)
                reply = self._accept(message)
        finally:
            reading.cancel()
            place.waiting -= 1
            if not place.waiting:
                del self._places[draft.place]
        return await asyncio.shield(reply)  # it is not ours alone

    async def _read(self, name: str, draft: _Draft) -> Message:
        text, escaped = draft.text, draft.text if draft.typed else ""
        learnt = self._people.learn(mentioned(escaped)[:MOST_LOOKED_UP], linked(escaped)[:MOST_LOOKED_UP])
        sender, _ = await asyncio.gather(self._people.actor(draft.user, draft.team), learnt)
        if draft.typed:
            text = plain(text, self._people.name, self._people.channel_name)
        return Message(
            network=self._network,
            sender=sender,
            text=text,
            channel=draft.channel,
            id=name,
            via=draft.via,
            addressed=draft.addressed,
        )

    async def close(self) -> None:
        """Wait no longer for what is under way."""
        tasks = [taken.reply for taken in self._under_way.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def is_by_a_person(message: Payload, me: str) -> bool:
    """Return whether a message is the words of a person.

    Args:
        message: The message, as events describe it.
        me: The bot's own user id.
    """
    user = str(message.get("user") or "")
    is_said = message.get("subtype") in _READ_SUBTYPES
    return is_said and bool(user) and user not in (me, _SLACKBOT) and not message.get("bot_id")


def _is_chatter(text: str) -> bool:
    """Return whether something said in a channel is certainly no command, so that nobody has to be looked up for it."""
    begin = text.lstrip()[:2]
    return not begin or begin[0].isalnum() or begin in ("<@", "<!")
