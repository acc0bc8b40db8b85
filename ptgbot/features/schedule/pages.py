"""The event's links, and what people can type (``index.html``)."""

from collections.abc import Iterable
from datetime import datetime

from ptgbot.core.changes import Change
from ptgbot.core.commands import Command, Door, Registry
from ptgbot.core.documents import View
from ptgbot.core.fragments import Html
from ptgbot.features.schedule.model import INFO, Info, event_info

__all__ = ["IndexPage"]

_EXAMPLE_TRACK = "nova"


class IndexPage:
    """Publishes ``index.html``.

    Args:
        html: The site's templates.
        registry: The commands that it explains.
    """

    path = "index.html"

    def __init__(self, html: Html, registry: Registry) -> None:
        self._html = html
        self._doors = [
            (door, [(command, _example(command)) for command in registry.commands if command.door is door])
            for door in (Door.TRACK, Door.USER, Door.ADMIN)
        ]

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the page if the Change altered the links."""
        infos = [
            [d.links if isinstance(d, Info) else () for d in (edit.before, edit.after)]
            for edit in change.edits
            if edit.table is INFO
        ]
        return (self.path,) if any(before != after for before, after in infos) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the page."""
        page = self._html("schedule/index.html", path=path, links=event_info(view).links, doors=self._doors)
        return page.encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None


def _example(command: Command) -> str:
    """Return a use of a command as it is typed in the channel."""
    how = command.door.value.replace("TRACK", _EXAMPLE_TRACK)
    return f"{how}{command.name} {command.example}".strip() if command.example else ""
