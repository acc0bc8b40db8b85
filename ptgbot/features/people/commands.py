"""``~requirevoice`` and ``~alloweveryone``."""

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome
from ptgbot.features.people.model import ACCESS, Access

__all__ = ["COMMANDS"]


def _set(call: Call, *, voice: bool) -> Outcome:
    draft = Draft(call.view)
    if voice:
        draft.put(ACCESS, Access(voice_required=True))
    else:
        draft.clear(ACCESS)
    return Outcome(draft.edits())


COMMANDS = (
    Command(
        Door.ADMIN,
        "requirevoice",
        "lets only those with voice or op speak for tracks",
        lambda call: _set(call, voice=True),
    ),
    Command(Door.ADMIN, "alloweveryone", "lets everybody speak for tracks", lambda call: _set(call, voice=False)),
)
