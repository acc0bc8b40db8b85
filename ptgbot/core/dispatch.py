"""From a message to what it changes and answers: the one room behind all doors."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from ptgbot.core.answers import in_channel, in_private
from ptgbot.core.backlog import MOST_WAITING, Backlog
from ptgbot.core.changes import Change
from ptgbot.core.clock import Clock, Event
from ptgbot.core.commands import Call, Command, Door, Outcome, Refused, Registry, quote
from ptgbot.core.documents import View
from ptgbot.core.grammar import Reading, read
from ptgbot.core.help import Rest
from ptgbot.core.identity import Actor, Role
from ptgbot.core.messages import Message, Send
from ptgbot.core.protocols import Network, NotSaved, Store

__all__ = ["Dispatcher", "Rules"]

_log = logging.getLogger(__name__)

CHANNEL_LINES = 3  # more than that goes to the asker in private
_TOO_MANY = (
    f"{MOST_WAITING} of your commands are still waiting, so I skip what you say now. "
    "Please wait for the answers, then say the rest again."
)


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
class _Answer:
    """Sends that wait until the state they were made from is on disk."""

    seq: int
    sends: tuple[Send, ...]
    message: Message
    changes: bool


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
        self._waiting: deque[_Answer] = deque()
        self._backlog = Backlog(waiting)
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, message: Message) -> None:
        """Do what a message asks for. What has to be fetched first is fetched beside the running of others."""
        reading = read(message.text, private=message.channel is None, registry=self._registry)
        if reading is None or not self._has_room(message):
            return
        self._backlog.begin(message.sender.identity.key)
        try:
            known = self._registry.find(reading.door, reading.words)
            to_log_in = self._rules.refusal(message.sender, known[0] if known else None)
            if to_log_in is not None:
                self._answer(message, Outcome(reply=to_log_in, private=True))
                return
            command, words = self._resolve(reading, message)
            arguments = command.parse(words)
        except Refused as refusal:
            self._answer(message, Outcome(reply=str(refusal)))
            return
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            self._broken(message)
            return
        call = Call(
            view=self._store.view,
            actor=message.sender,
            at=self._clock.now(),
            event=self._event,
            arguments=arguments,
            track=reading.track,
            network=message.network,
            private=message.channel is None,
            new_id=self._new_id,
            registry=self._registry,
        )
        if command.fetch is None:
            self._run(message, command, call)
        else:
            self._spawn(self._fetch(message, command, call))

    def _has_room(self, message: Message) -> bool:
        """Return whether somebody may give one more command; tell them when they may not."""
        person = message.sender.identity.key
        if self._backlog.has_room(person):
            return True
        channel = None if self._rules.must_log_in(message.sender) else message.channel
        if self._backlog.is_to_be_told(person, channel or ""):
            lines = (_TOO_MANY,)
            [told] = in_private(message, lines) if channel is None else in_channel(message, channel, lines)
            self._submit(replace(told, apart=True, first=True))  # it tells of no Change: it waits for none
        return False

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
            raise Refused(_unknown(self._registry, reading))
        return found

    def _check_role(self, command: Command, message: Message) -> None:
        required = self._rules.required_role(self._store.view, command)
        if message.sender.role >= required:
            return
        if required is Role.ORGANISER:
            raise Refused("You need op (+o) in the channel for that.")
        raise Refused("You need voice (+v) or op in the channel for that at the moment; an op can give it to you.")

    async def _fetch(self, message: Message, command: Command, call: Call) -> None:
        assert command.fetch is not None
        try:
            fetched = await command.fetch(call.arguments)
            self._check_role(command, message)
        except Refused as refusal:
            self._answer(message, Outcome(reply=str(refusal)))
            return
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            self._broken(message)
            return
        self._run(message, command, replace(call, at=self._clock.now(), fetched=fetched))

    async def _finish(self, message: Message, outcome: Outcome, after: Callable[[], Awaitable[None]], seq: int) -> None:
        """Do what remains of a command once its Change is on disk, then answer."""
        try:
            await self._store.saved(seq)
            self._rest.take(message.sender)  # it may tell of what is gone
            await after()
        except Refused as refusal:
            self._answer(message, Outcome(reply=str(refusal)))
        except NotSaved as error:
            self._answer(message, Outcome(reply=_not_saved(str(error))))
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            _log.exception("A command on %s was not finished.", message.network)
            self._answer(message, Outcome(reply="That is not finished: something went wrong. Please say it again."))
        else:
            self._answer(message, outcome)

    def _run(self, message: Message, command: Command, call: Call) -> None:
        """Run a handler, commit, and answer; nothing here waits."""
        try:
            outcome = command.handler(call)
            seq = self._store.view.seq
            if outcome.edits:
                seq = self._commit(message, command, call, outcome).seq
        except Refused as refusal:
            self._answer(message, Outcome(reply=str(refusal)))
        except NotSaved as error:
            self._answer(message, Outcome(reply=_not_saved(str(error))))
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and the bot goes on
            self._broken(message)
        else:
            if outcome.after is None:
                self._answer(message, outcome, changes=bool(outcome.edits))
            else:
                self._spawn(self._finish(message, outcome, outcome.after, seq))

    def _commit(self, message: Message, command: Command, call: Call, outcome: Outcome) -> Change:
        typed = message.text.split()
        return self._store.commit(
            outcome.edits,
            at=call.at,
            cause=outcome.cause,
            actor=message.sender,
            text=" ".join(map(_without_secrets, typed) if command.fetch else typed),
            subject=call.track,
            message_id=message.id,
        )

    def _broken(self, message: Message) -> None:
        # The traceback is for the log; the person hears of it where nobody else does.
        _log.exception("A command on %s failed.", message.network)
        text = "Something went wrong on my side and nothing was changed. Please tell an organiser."
        self._queue(_Answer(0, tuple(in_private(message, (text,))), message, changes=False))

    def _answer(self, message: Message, outcome: Outcome, *, changes: bool = False) -> None:
        sends: list[Send] = []
        try:
            sends = self._arrange(message, outcome)
        finally:
            if sends or changes:
                self._queue(_Answer(self._store.view.seq, tuple(sends), message, changes))
            else:
                self._backlog.end(message.sender.identity.key)

    def _arrange(self, message: Message, outcome: Outcome) -> list[Send]:
        """Return what to send where: in private, or up to three lines addressed to the asker in the channel."""
        lines = (*([outcome.reply] if outcome.reply else []), *outcome.listing)
        if not lines:
            return []
        network = self._networks[message.network]
        pointer: list[Send] = []
        if message.channel is not None and not outcome.private:
            public = in_channel(message, message.channel, lines)
            if len(public) <= CHANNEL_LINES and sum(len(network.split(send)) for send in public) <= CHANNEL_LINES:
                return public
            [there] = in_channel(message, message.channel, ("That is long, I sent it to you in private.",))
            pointer = [replace(there, more=True)]
        # Pages are counted in lines as the network carries them: one long list of words is many of those.
        carried = [part for send in in_private(message, lines) for part in network.split(send)]
        return [*pointer, *in_private(message, self._rest.page(message.sender, tuple(carried)))]

    def _queue(self, answer: _Answer) -> None:
        if answer.seq <= self._store.durable and not self._waiting:
            self._release(answer)
        else:
            self._waiting.append(answer)

    def _release(self, answer: _Answer) -> None:
        for send in answer.sends:
            self._submit(send)
        self._backlog.end(answer.message.sender.identity.key)

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
            self._release(replace(answer, sends=tuple(self._arrange(answer.message, Outcome(reply=text)))))

    async def close(self) -> None:
        """Give up what is still under way beside the others."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


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


def _unknown(registry: Registry, reading: Reading) -> str:
    """Return what to tell somebody whose command is not known."""
    verb = quote(reading.words[0]) if reading.words else ""
    family = registry.family(reading.door, verb) if verb else []
    if family:
        return f"'{verb}' needs one of: {', '.join(command.name.split()[1] for command in family)}."
    verbs = ", ".join(registry.verbs(reading.door))
    if reading.door is Door.TRACK:
        if not verb:
            return f"What about #{reading.track}? Say '#{reading.track} now TEXT', or one of: {verbs}."
        said = quote(" ".join(reading.words))
        return f"Unknown command '{verb}'. Did you mean: #{reading.track} now {said}? I know: {verbs}."
    if reading.door is Door.ADMIN:
        return f"Unknown command '~{verb}'. Organisers can say: {verbs}."
    return f"Unknown command '{verb}'.{_meant(registry, reading.words)} You can say: {verbs}."


def _meant(registry: Registry, words: tuple[str, ...]) -> str:
    """Return a hint where a command for tracks or organisers was said without its sign."""
    if registry.find(Door.TRACK, words[1:]):
        return f" Did you mean: #{quote(' '.join(words))}?"
    found = registry.find(Door.TRACK, words) or registry.find(Door.ADMIN, words)
    return f" Did you mean: {found[0].usage}?" if found else ""
