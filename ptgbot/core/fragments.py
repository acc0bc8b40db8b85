"""Parts of pages: each is made again only when what it is made of is not what it was."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from markupsafe import Markup, escape

from ptgbot.core.slices import Unfinished, end_of_slice

__all__ = ["Fragments", "Frame", "Html"]


class Html(Protocol):
    """The site's templates."""

    def __call__(self, template: str, /, **values: Any) -> Markup:
        """Return a template filled in, everything in it escaped that is not Markup already."""
        ...


class Fragments:
    """Like parts of one page, such as the rows of its tracks.

    A part is a function of the values it is given. They are compared, not versions of tables: whatever else
    happens to the state, a part whose values are equal to the last ones stays as it is.

    Args:
        make: Makes one part of its values.
    """

    def __init__(self, make: Callable[..., Markup]) -> None:
        self._make = make
        self._kept: dict[str, tuple[Mapping[str, Any], Markup]] = {}
        self._joined = Markup()
        self._broken_off = False

    def __call__(self, parts: Iterable[tuple[str, Mapping[str, Any]]]) -> Markup:
        """Return all parts, joined; those that are not named any more are forgotten.

        Args:
            parts: A name for each part, and its values.

        Raises:
            Unfinished: This slice of time is over. What was made is kept: the same call goes on from there.
        """
        before: dict[str, tuple[Mapping[str, Any], Markup]] = self._kept
        now: dict[str, tuple[Mapping[str, Any], Markup]] = {}
        try:
            fresh = self._make_all(parts, before, now) or self._broken_off
        except Unfinished:
            self._kept = {**before, **now}
            self._broken_off = True
            raise
        self._broken_off = False
        if fresh or list(now) != list(before):
            # Joined anew only where it differs, so that whoever is given it sees at once that it is the same.
            self._joined = Markup("".join([part for _, part in now.values()]))  # noqa: S704 - each was escaped
        self._kept = now
        return self._joined

    def _make_all(
        self,
        parts: Iterable[tuple[str, Mapping[str, Any]]],
        before: Mapping[str, tuple[Mapping[str, Any], Markup]],
        now: dict[str, tuple[Mapping[str, Any], Markup]],
    ) -> bool:
        """Put every part into ``now``; return whether any was made."""
        fresh = False
        for name, values in parts:
            kept = before.get(name)
            # Most are the very same values: to see that takes no look into them.
            if kept is None or (kept[0] is not values and kept[0] != values):
                now[name] = (values, escape(self._make(**values)))
                fresh = True
                end_of_slice()
            else:
                now[name] = kept
        return fresh

    def one(self, **values: Any) -> Markup:
        """Return the only part that there is."""
        return self([("", values)])


class Frame:
    """A page around its fragments. What stands around them is kept too, so that a new fragment is only put in place.

    Args:
        make: Makes the whole page of its values and its fragments.
    """

    def __init__(self, make: Callable[..., Markup]) -> None:
        self._make = make
        self._values: Mapping[str, Any] | None = None
        self._pieces: list[str] = []
        self._encoded: list[tuple[str, bytes]] = []
        # Nobody who types can guess it.
        self._mark = secrets.token_hex(8)

    def __call__(self, values: Mapping[str, Any], **fragments: str) -> str:
        """Return the page.

        Args:
            values: What the page is made of.
            fragments: What is put in place, by the name under which the page is given it. It cannot look into
                them: whether there is something in a fragment has to be one of the values.
        """
        return "".join(self._fill(values, fragments))

    def encoded(self, values: Mapping[str, Any], **fragments: str) -> bytes:
        """Return the page in UTF-8. Of what is the same as the last time, the bytes are too."""
        texts = self._fill(values, fragments)
        held = self._encoded if len(self._encoded) == len(texts) else [("", b"")] * len(texts)
        self._encoded = [
            one if one[0] is text else (text, text.encode()) for text, one in zip(texts, held, strict=True)
        ]
        return b"".join([content for _, content in self._encoded])

    def _fill(self, values: Mapping[str, Any], fragments: Mapping[str, str]) -> list[str]:
        """Return the pieces of the page."""
        if self._values != values:
            places = {name: Markup(f"<{self._mark}:{name}>") for name in fragments}  # noqa: S704 - ours
            page = self._make(**values, **places)
            self._pieces = re.split(f"<{self._mark}:(\\w+)>", page)
            self._values = values
        return [fragments[piece] if i % 2 else piece for i, piece in enumerate(self._pieces)]
