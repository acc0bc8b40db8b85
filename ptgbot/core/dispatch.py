"""From a message to what it changes and answers: the one room behind all doors."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from ptgbot.core.answers import addressed
from ptgbot.core.backlog import MOST_WAITING, Backlog
from ptgbot.core.changes import Change
from ptgbot.core.clock import Clock, Event
from ptgbot.core.commands import Call, Command, Door, Outcome, Refused, Registry
from ptgbot.core.documents import View
from ptgbot.core.grammar import Reading, read
from ptgbot.core.help import Rest, unknown
from ptgbot.core.identity import Actor, Role
from ptgbot.core.messages import Message, Reply, Send, Tone
from ptgbot.core.protocols import Network, NotSaved, Store

__all__ = ["Dispatcher", "Rules"]

_log = logging.getLogger(__name__)

CHANNEL_LINES = 3  # more than that goes to the asker in private
_TOO_MANY = (
    f"{MOST_WAITING} of your commands are still waiting, so I skip what you say now. "
    "Please wait for the answers, then say the rest again."
)


Again = Callable[[Message, "asyncio.Future[Reply]"], "asyncio.Future[Reply] | None"]


class Rules(Protocol):
    """What the event itself decides about commands."""

    def must_log_in(self, actor: Actor) -> bool:
        """Return whether somebody has to log in before their commands are taken."""
        ...

    def refusal(self, actor: Actor, command: Command | None) -> str | None:
        """Return what to tell somebody, in private, whose command is not taken; None where it is.

        It is empty where they were told a moment ago.

        Args:
            actor: Who gives the command.
            command: The command; None where there is none such.
        """
        ...

    def required_role(self, view: View, command: Command) -> Role:
        """Return the role that somebody needs for a command."""
        ...

    def check_track(self, view: View, name: str) -> None:
        """Raise Refused where there is no such track."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message, and the network's wish to know what became of it."""

    message: Message
    reply: "asyncio.Future[Reply]"

    def settle(self, reply: Reply) -> None:
        if not self.reply.done():
            self.reply.set_result(reply)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Sends that wait until the state they were made from is on disk."""

    seq: int
    sends: tuple[Send, ...]
    asked: "_Asked"
    changes: bool
    reply: Reply


class Dispatcher:
    """Reads messages, runs their commands, commits what they change, and answers once that is on disk.

    Args:
        registry: The commands.
        rules: Who may do what, and which tracks there are.
        store: Where Changes go.
        event: The conference.
        clock: The time.
        networks: By name, to know how long their lines are.
        submit: Takes what is to be sent.
        waiting: Tells how many commands of somebody, by their identity's key, have answers that are not sent yet.
        rest: Where the rests of long lists are kept.
        new_id: Makes an id that no document has.
        again: Takes a command's message and what will become of it; returns that of its first delivery, where this
            one is a repeat.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        rules: Rules,
        store: Store,
        event: Event,
        clock: Clock,
        networks: Mapping[str, Network],
        submit: Callable[[Send], None],
        waiting: Callable[[str], int],
        rest: Rest,
        new_id: Callable[[], str],
        again: Again = lambda message, reply: None,
    ) -> None:
        self._registry = registry
        self._rules = rules
        self._store = store
        self._event = event
        self._clock = clock
        self._networks = networks
        self._submit = submit
        self._rest = rest
        self._new_id = new_id
        self._again = again
        self._waiting: deque[_Answer] = deque()
        self._backlog = Backlog(waiting)
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, message: Message) -> "asyncio.Future[Reply]":
        """Do what a message asks for. What has to be fetched first is fetched beside the running of others.

        Returns:
            What became of it; done once all that it caused is on disk, or refused. It must not be cancelled: where the
            same message comes again, both are given the same.
        """
        asked = _Asked(message, asyncio.get_running_loop().create_future())
        reading = read(message.text, private=message.to_the_bot, registry=self._registry)
        if reading is None:
            asked.settle(Reply())
            return asked.reply
        before = self._again(message, asked.reply)
        if before is not None:
            return before
        if not self._backlog.has_room(message.sender.identity.key):
            self._turn_away(asked)
            return asked.reply
        self._backlog.begin(message.sender.identity.key)
        try:
            self._begin(asked, reading)
        except Refused as refusal:
            self._refuse(asked, str(refusal))
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            self._broken(asked)
        return asked.reply

    def _begin(self, asked: _Asked, reading: Reading) -> None:
        message = asked.message
        known = self._registry.find(reading.door, reading.words)
        to_log_in = self._rules.refusal(message.sender, known[0] if known else None)
        if to_log_in is not None:
            self._answer(asked, Outcome(reply=to_log_in, private=True), tone=Tone.ERROR)
            return
        command, words = self._resolve(reading, message)
        call = Call(
            view=self._store.view,
            actor=message.sender,
            at=self._clock.now(),
            event=self._event,
            arguments=command.parse(words),
            track=reading.track,
            network=message.network,
            private=message.channel is None,
            new_id=self._new_id,
            registry=self._registry,
            channel=message.channel or "",
        )
        if command.fetch is None:
            self._run(asked, command, call)
        else:
            self._spawn(self._fetch(asked, command, call))

    def _turn_away(self, asked: _Asked) -> None:
        """Skip a command of somebody who gave too many; tell them once in each place."""
        message = asked.message
        if self._rules.must_log_in(message.sender):
            message = replace(message, channel=None)
        if self._backlog.is_to_be_told(message.sender.identity.key, message.channel or ""):
            for told in addressed(self._networks[message.network], message, Tone.ERROR, (_TOO_MANY,)):
                self._submit(replace(told, apart=True, first=True))  # it tells of no Change: it waits for none
        asked.settle(Reply(Tone.ERROR, _TOO_MANY))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _resolve(self, reading: Reading, message: Message) -> tuple[Command, tuple[str, ...]]:
        """Return the command that is meant, once its giver may give it and its track exists."""
        found = self._registry.find(reading.door, reading.words)
        if found is not None:
            self._check_role(found[0], message)
        elif reading.door is not Door.USER:
            self._check_role(Command(reading.door, "", "", lambda call: Outcome()), message)
        if reading.door is Door.TRACK:
            self._rules.check_track(self._store.view, reading.track)
        if found is None:
            raise Refused(unknown(self._registry, reading))
        return found

    def _check_role(self, command: Command, message: Message) -> None:
        required = self._rules.required_role(self._store.view, command)
        if message.sender.role < required:
            raise Refused(self._networks[message.network].how_to_get(required))

    async def _fetch(self, asked: _Asked, command: Command, call: Call) -> None:
        assert command.fetch is not None
        try:
            fetched = await command.fetch(call.arguments)
            self._check_role(command, asked.message)
        except Refused as refusal:
            self._refuse(asked, str(refusal))
            return
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            self._broken(asked)
            return
        self._run(asked, command, replace(call, at=self._clock.now(), fetched=fetched))

    async def _finish(self, asked: _Asked, outcome: Outcome, after: Callable[[], Awaitable[None]], seq: int) -> None:
        """Do what remains of a command once its Change is on disk, then answer."""
        try:
            await self._store.saved(seq)
            self._rest.take(asked.message.sender)  # it may tell of what is gone
            await after()
        except Refused as refusal:
            self._refuse(asked, str(refusal))
        except NotSaved as error:
            self._refuse(asked, _not_saved(str(error)))
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            _log.exception("A command on %s was not finished.", asked.message.network)
            self._refuse(asked, "That is not finished: something went wrong. Please say it again.")
        else:
            self._answer(asked, outcome)

    def _run(self, asked: _Asked, command: Command, call: Call) -> None:
        """Run a handler, commit, and answer; nothing here waits."""
        try:
            outcome = command.handler(call)
            seq = self._store.view.seq
            if outcome.edits:
                seq = self._commit(asked.message, command, call, outcome).seq
        except Refused as refusal:
            self._refuse(asked, str(refusal))
        except NotSaved as error:
            self._refuse(asked, _not_saved(str(error)))
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            self._broken(asked)
        else:
            if outcome.after is None:
                self._answer(asked, outcome, changes=bool(outcome.edits))
            else:
                self._spawn(self._finish(asked, outcome, outcome.after, seq))

    def _commit(self, message: Message, command: Command, call: Call, outcome: Outcome) -> Change:
        typed = message.text.split()
        return self._store.commit(
            outcome.edits,
            at=call.at,
            cause=outcome.cause,
            actor=message.sender,
            text=" ".join(map(_without_secrets, typed) if command.fetch else typed),
            subject=call.track,
            message_id=f"{message.network}/{message.id}" if message.id else "",
        )

    def _refuse(self, asked: _Asked, reply: str) -> None:
        self._answer(asked, Outcome(reply=reply), tone=Tone.ERROR)

    def _broken(self, asked: _Asked) -> None:
        # The traceback is for the log; the person hears of it where nobody else does.
        _log.exception("A command on %s failed.", asked.message.network)
        text = "Something went wrong on my side and nothing was changed. Please tell an organiser."
        sends = self._in_private(asked.message, (text,), Tone.ERROR)
        self._queue(_Answer(0, tuple(sends), asked, changes=False, reply=Reply(Tone.ERROR, text)))

    def _answer(self, asked: _Asked, outcome: Outcome, *, changes: bool = False, tone: Tone = Tone.WORDS) -> None:
        lines = _lines(outcome)
        tone = tone if lines else Tone.DONE
        reply = Reply(tone, "\n".join(lines))
        sends: list[Send] = []
        try:
            sends = self._arrange(asked.message, outcome, tone)
        finally:
            if sends or changes:
                self._queue(_Answer(self._store.view.seq, tuple(sends), asked, changes, reply))
            else:
                self._backlog.end(asked.message.sender.identity.key)
                asked.settle(reply)

    def _arrange(self, message: Message, outcome: Outcome, tone: Tone) -> list[Send]:
        """Return what to send where: in private, or up to three lines addressed to the asker in the channel."""
        network = self._networks[message.network]
        lines = _lines(outcome)
        if not lines:
            return addressed(network, message, Tone.DONE, ("Done.",))
        pointer: list[Send] = []
        if message.channel is not None and not outcome.private:
            public = addressed(network, message, tone, lines)
            if len(public) <= CHANNEL_LINES and sum(len(network.split(send)) for send in public) <= CHANNEL_LINES:
                return public
            there = addressed(network, message, tone, ("That is long, I sent it to you in private.",))
            pointer = [replace(send, more=True) for send in there]
        return [*pointer, *self._in_private(message, lines, tone)]

    def _in_private(self, message: Message, lines: tuple[str, ...], tone: Tone) -> list[Send]:
        """Return an answer for whoever asked and for nobody else; of a long one, its first page."""
        network = self._networks[message.network]
        # Its handle in the channel is of no use elsewhere.
        alone = message if message.channel is None else replace(message, channel=None, via="")
        # Pages are counted in lines as the network carries them: one long list of words is many of those.
        carried = [part for send in addressed(network, alone, tone, lines) for part in network.split(send)]
        return addressed(network, alone, tone, self._rest.page(message.sender, tuple(carried)))

    def _queue(self, answer: _Answer) -> None:
        if answer.seq <= self._store.durable and not self._waiting:
            self._release(answer)
        else:
            self._waiting.append(answer)

    def _release(self, answer: _Answer) -> None:
        for send in answer.sends:
            self._submit(send)
        self._backlog.end(answer.asked.message.sender.identity.key)
        answer.asked.settle(answer.reply)

    def saved(self, seq: int) -> None:
        """Send the answers that waited for a Change to be on disk."""
        while self._waiting and self._waiting[0].seq <= seq:
            self._release(self._waiting.popleft())

    def rolled_back(self, seq: int, reason: str) -> None:
        """Tell those whose Changes after this one were taken back that nothing was saved."""
        self.saved(seq)
        waiting, self._waiting = self._waiting, deque()
        for answer in waiting:
            if answer.seq <= seq:
                self._release(answer)
                continue
            text = _not_saved(reason) if answer.changes else "I could not answer that; please ask again."
            sends = tuple(self._arrange(answer.asked.message, Outcome(reply=text), Tone.ERROR))
            self._release(replace(answer, sends=sends, reply=Reply(Tone.ERROR, text)))

    async def close(self) -> None:
        """Give up what is still under way beside the others."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


def _lines(outcome: Outcome) -> tuple[str, ...]:
    return (*([outcome.reply] if outcome.reply else []), *outcome.listing)


def _without_secrets(word: str) -> str:
    """Return a word without what a URL may hold beside its address (a password, a key): the history shows it."""
    if "://" not in word:
        return word
    try:
        parts = urlsplit(word)
    except ValueError:
        return "…"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _not_saved(reason: str) -> str:
    return f"Nothing was saved: {reason}. Please try again in a minute."
