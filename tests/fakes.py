"""One fake for each Protocol of core that tests stand in for."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from textwrap import wrap
from typing import Any

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import Table, View
from ptgbot.core.identity import Actor, Role
from ptgbot.core.messages import Message, Send, Target, Tone
from ptgbot.core.protocols import Listener, NotSaved, Presence
from ptgbot.store.state import State

__all__ = ["JOINT", "FakeNetwork", "MemoryStore", "SetClock"]


class SetClock:
    """A clock that tests set."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> None:
        self.time += timedelta(**span)


JOINT = " · "  # between texts that are merged


class FakeNetwork:
    """A network without a wire: what is posted is kept, what is said comes from the test."""

    def __init__(self, name: str = "irc", *, room: int = 400, burst: int = 1000, interval: float = 0.0) -> None:
        self.name = name
        self.burst = burst
        self.interval = interval
        self.targets_at_once = 1
        self.posted: list[tuple[str, str]] = []
        self.accept: Callable[[Message], object] | None = None
        self.up = asyncio.Event()
        self.up.set()
        self.has_receipts = False
        self.away: set[str] = set()
        self.unknown: set[str] = set()  # of whom it is not known whether they are there
        self.looked_for: list[list[str]] = []
        self._room = room

    def room(self, target: Target) -> int:
        return self._room

    def split(self, send: Send) -> list[str]:
        lines: list[str] = []
        for word in (send.lead + send.text).split():
            longer = f"{lines[-1]} {word}" if lines else word
            if len(longer.encode("utf-8", "replace")) <= self._room and lines:
                lines[-1] = longer
            else:  # a word that no line can hold is cut; four bytes are the most that a character has
                lines += [word] if len(word) * 4 <= self._room else wrap(word, self._room // 4)
        return lines

    gap = 0.0
    joint = JOINT

    def address(self, message: Message, tone: Tone) -> tuple[Target, str] | None:
        if tone is Tone.DONE:
            return None
        if message.channel is None:
            return Target(self.name, message.sender.name), ""
        return Target(self.name, message.channel), f"{message.sender.name}: "

    def how_to_get(self, role: Role) -> str:
        if role is Role.ORGANISER:
            return "You need op (+o) in the channel for that."
        return "You need voice (+v) or op in the channel for that at the moment; an op can give it to you."

    def changed(self) -> None:
        pass

    def locate(self, target: Target) -> Target | None:
        return None if target.name in self.away else target

    def knows(self, target: Target) -> bool:
        return target.name not in self.unknown

    async def look_for(self, targets: Iterable[Target]) -> None:
        names = [target.name for target in targets]
        self.looked_for.append(names)
        self.unknown -= set(names)

    @property
    def organisers(self) -> tuple[Target, ...]:
        return (Target(self.name, "olga"),)

    async def run(self, accept: Callable[[Message], object], presence: Presence) -> None:
        self.accept = accept
        await asyncio.Event().wait()

    async def ready(self) -> None:
        await self.up.wait()

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        if not self.up.is_set():
            raise ConnectionError("down")
        self.posted.append((target.name, line))
        return f"{self.name}-{len(self.posted)}" if self.has_receipts else ""

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:
        return None


class MemoryStore:
    """A store without a disk: a Change is durable at once, or, while ``holding``, when ``flush`` says so."""

    def __init__(self, tables: Iterable[Table[Any]]) -> None:
        self.view = State(tables)
        self.durable = 0
        self.holding = False
        self.refusing = ""
        self._pending: list[tuple[Change, datetime | None]] = []
        self._listeners: list[Listener] = []
        self._on_failure: list[Callable[[int, str], None]] = []

    @property
    def public(self) -> View:
        return self.view.public

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def on_failure(self, handler: Callable[[int, str], None]) -> None:
        self._on_failure.append(handler)

    def commit(
        self,
        edits: tuple[Edit, ...],
        *,
        at: datetime,
        cause: Cause = Cause.COMMAND,
        actor: Actor | None = None,
        text: str = "",
        subject: str = "",
        message_id: str = "",
    ) -> Change:
        if self.refusing:
            raise NotSaved(self.refusing)
        for edit in edits:
            assert self.view.get(edit.table, edit.key) == edit.before
        change = Change(self.view.seq + 1, at, cause, actor, text, subject, message_id, edits)
        self._pending.append((change, self.view.changed_at))
        self.view.apply(change.seq, at, edits)
        if not self.holding:
            self.flush()
        return change

    def flush(self) -> None:
        """Make durable what is pending."""
        pending, self._pending = self._pending, []
        for change, _ in pending:
            self.durable = change.seq
            for listener in self._listeners:
                listener(change)

    def fail(self, reason: str) -> None:
        """Take back what is pending."""
        while self._pending:
            change, at = self._pending.pop()
            self.view.revert(change.seq - 1, at, [(edit, 0) for edit in reversed(change.edits)])
        for handler in self._on_failure:
            handler(self.durable, reason)

    async def saved(self, seq: int) -> None:
        assert self.holding or seq <= self.durable
