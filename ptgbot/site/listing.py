"""Every file that there is to be on the site, and who renders it."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from ptgbot.core.changes import Change
from ptgbot.core.documents import View
from ptgbot.core.protocols import Exporter
from ptgbot.site.files import path_problem

__all__ = ["Listing"]

_log = logging.getLogger(__name__)


class Listing:
    """The paths of all exporters. Each is asked before every round; there is work only where it tells something new.

    Args:
        exporters: What there is to publish, the most urgent first.

    Attributes:
        complete: Whether every exporter could tell its paths when it was asked last.
    """

    def __init__(self, exporters: Sequence[Exporter]) -> None:
        self.exporters = tuple(exporters)
        self._named: list[tuple[str, ...]] = [()] * len(self.exporters)
        self._possible: list[tuple[str, ...]] = [()] * len(self.exporters)
        self._found: dict[str, tuple[int, Exporter]] = {}
        self.complete = True

    def __contains__(self, path: object) -> bool:
        return path in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def touched(self, changes: Sequence[Change], view: View) -> Iterator[tuple[str, float]]:
        """Yield each file that Changes touch, and for how many seconds more of them may be gathered before it is made.

        Args:
            changes: The Changes, in order. Exporters are asked about all of them in one: they may be very many.
            view: The PUBLIC documents.
        """
        last = changes[-1]
        every = replace(last, edits=tuple(chain.from_iterable(change.edits for change in changes)))
        for exporter, possible in zip(self.exporters, self._possible, strict=True):
            touched: Iterable[str]
            try:
                touched = tuple(exporter.touched(every, view))
            except Exception:  # noqa: BLE001 - the other exporters go on
                _log.exception("What Changes up to %d touch cannot be told; everything there is rendered.", last.seq)
                touched = possible
            patience = getattr(exporter, "patience", 0.0)
            yield from ((path, patience) for path in touched)

    def exporter(self, path: str) -> Exporter:
        """Return who renders a file: of several that name it, the first."""
        return self._found[path][1]

    def place(self, path: str) -> int:
        """Return a file's place in the order."""
        return self._found[path][0]

    def refresh(self, view: View) -> bool:
        """Ask every exporter; return whether any told something new."""
        fresh = False
        self.complete = True
        for number, exporter in enumerate(self.exporters):
            try:
                named = tuple(exporter.paths(view))
            except Exception:  # noqa: BLE001 - the other exporters go on
                _log.exception("The list of files to publish is incomplete.")
                self.complete = False
                continue
            if named != self._named[number]:
                self._named[number] = named
                self._possible[number] = tuple(path for path in named if _is_possible(path))
                fresh = True
        if fresh:
            every = zip(self.exporters, self._possible, strict=True)
            named_by = chain.from_iterable(((path, exporter) for path in paths) for exporter, paths in every)
            self._found = {}
            for place, (path, exporter) in enumerate(named_by):
                self._found.setdefault(path, (place, exporter))
        return fresh


def _is_possible(path: str) -> bool:
    problem = path_problem(path)
    if problem:
        _log.error("%r cannot be a file of the site: %s.", path, problem)
    return not problem
