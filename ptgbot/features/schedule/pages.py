"""The event's links, and what people can type (``index.html``), and the page for what is not there (``404.html``)."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.commands import Command, Door, Registry
from ptgbot.core.documents import View
from ptgbot.core.fragments import Html
from ptgbot.features.schedule.model import INFO, Info, event_info

__all__ = ["IndexPage", "MissingPage"]

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


class MissingPage:
    """Publishes ``404.html``, which web servers show in place of what is not there.

    Its links begin with the site's own path, since it is shown for addresses in any folder. Where nothing tells that
    path, they are as on the other pages, and ``ptgbot-web`` leads them back.

    Args:
        event: The conference.
        html: The site's templates.
    """

    path = "404.html"

    def __init__(self, event: Event, html: Html) -> None:
        self._root = f"{urlsplit(event.site_url).path}/" if event.site_url else ""
        self._html = html

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - an Exporter's
        """Return nothing: no Change alters it."""
        return ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - it is always the same
        """Return the page."""
        return self._html("schedule/missing.html", path=path, root=self._root).encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None


def _example(command: Command) -> str:
    """Return a use of a command as it is typed in the channel."""
    how = command.door.value.replace("TRACK", _EXAMPLE_TRACK)
    return f"{how}{command.name} {command.example}".strip() if command.example else ""
