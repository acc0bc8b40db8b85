"""The pads of all tracks (``etherpads.html``)."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from ptgbot.core.changes import Change, Edit
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Html
from ptgbot.features.schedule.model import INFO, TRACKS, event_info
from ptgbot.features.topics.model import LINKS, etherpad_url

__all__ = ["PadsPage"]


class PadsPage:
    """Publishes ``etherpads.html``.

    Args:
        html: The site's templates.
    """

    path = "etherpads.html"

    def __init__(self, html: Html) -> None:
        self._html = html
        self._rows = Fragments(partial(html, "topics/pad.html"))

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the page if it shows something that the Change altered."""
        return (self.path,) if any(_shows(edit) for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the page."""
        tracks = sorted(view.all(TRACKS).items())
        page = self._html(
            "topics/etherpads.html",
            path=path,
            eventid=event_info(view).eventid,
            rows=self._rows(
                (name, {"track": name, "color": track.color, "pad": etherpad_url(view, name)}) for name, track in tracks
            ),
        )
        return page.encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None


def _shows(edit: Edit) -> bool:
    if edit.table is TRACKS:
        return True
    attribute = {INFO: "eventid", LINKS: "etherpad"}.get(edit.table)
    return attribute is not None and getattr(edit.before, attribute, "") != getattr(edit.after, attribute, "")
