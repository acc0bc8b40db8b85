"""The codes that prove that two identities are one person. They live in memory: a restart makes them void."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from ptgbot.core.identity import Actor, Identity

__all__ = ["LIFE", "Codes"]

LIFE = timedelta(minutes=10)
GUESSES = 5  # wrong codes of one identity within that time; then none of theirs is taken
MOST = 1000  # codes, and people who guess
# Without what looks like something else.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


@dataclass(frozen=True, slots=True)
class _Given:
    identity: Identity
    name: str
    until: datetime


class Codes:
    """Gives codes and takes them back, each once."""

    def __init__(self) -> None:
        self._given: OrderedDict[str, _Given] = OrderedDict()
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()

    def give(self, actor: Actor, now: datetime) -> str:
        """Return a new code for somebody; the one that they had is void."""
        for code in [code for code, given in self._given.items() if given.identity == actor.identity]:
            del self._given[code]
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        self._given[code] = _Given(actor.identity, actor.name, now + LIFE)
        if len(self._given) > MOST:
            self._given.popitem(last=False)
        return code

    def take(self, code: str, actor: Actor, now: datetime) -> tuple[Identity, str] | None:
        """Return whose code it is, and their name; None where it is nobody's. Unless it is their own, it is void then.

        Args:
            code: What they said, in any case.
            actor: Who said it.
            now: When.
        """
        key = actor.identity.key
        wrong = [at for at in self._wrong.get(key, ()) if at > now - LIFE]
        given = self._given.get(_plain(code)) if len(wrong) < GUESSES else None
        if given is None or given.until <= now:
            self._wrong[key] = [*wrong, now][-GUESSES:]
            self._wrong.move_to_end(key)
            if len(self._wrong) > MOST:
                self._wrong.popitem(last=False)
            return None
        if given.identity != actor.identity:
            del self._given[_plain(code)]
        return given.identity, given.name

    def burn(self, code: str) -> bool:
        """Make a code void that others have seen; return whether it was one."""
        return self._given.pop(_plain(code), None) is not None


def _plain(code: str) -> str:
    return code.upper().replace("-", "").replace(" ", "")
