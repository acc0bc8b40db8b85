"""What a text must hold so that a pattern can match it: of thousands of patterns, few are then really tried."""

from collections.abc import Sequence

from ptgbot.features.subscriptions.patterns import Token, tokens

__all__ = ["required_literals"]

_MOST = 64  # literals of one pattern, of which a text must hold one

Literals = frozenset[str]
_NOTHING: Literals = frozenset()


def required_literals(pattern: str) -> Literals:
    """Return texts of which every text that a pattern matches holds at least one, once its case is folded.

    Args:
        pattern: A pattern that RE2 takes.

    Returns:
        ASCII texts with folded case; none where nothing is known.
    """
    return _Reader(tuple(tokens(pattern))).alternatives()


class _Reader:
    """Reads the pieces of a pattern once, from the left."""

    def __init__(self, pieces: Sequence[Token]) -> None:
        self._pieces = pieces
        self._place = 0

    def _peek(self) -> Token | None:
        return self._pieces[self._place] if self._place < len(self._pieces) else None

    def alternatives(self) -> Literals:
        """Return what one of several alternatives needs, up to the end of their group."""
        found = [self._sequence()]
        while (piece := self._peek()) is not None and piece.kind == "bar":
            self._place += 1
            found.append(self._sequence())
        together = frozenset().union(*found)
        return together if all(found) and len(together) <= _MOST else _NOTHING

    def _sequence(self) -> Literals:
        """Return what a sequence needs at most surely: the longest of what each of its parts needs."""
        found: list[Literals] = []
        run = ""
        while (piece := self._peek()) is not None and piece.kind not in ("bar", "close"):
            self._place += 1
            needed = _NOTHING
            if piece.kind == "literal" and piece.text[-1].isascii():
                needed = frozenset((piece.text[-1].casefold(),))
            elif piece.kind == "open":
                needed = self.alternatives()
                self._place += 1  # what closes it
            optional = repeated = False
            while (after := self._peek()) is not None and after.kind == "repeat":
                self._place += 1
                repeated = True
                optional |= after.text[0] in "*?" or after.text.startswith(("{0}", "{0,"))
            plain = piece.kind == "literal" and bool(needed) and not optional
            if plain:
                run += next(iter(needed))
            if (not plain or repeated) and run:
                found.append(frozenset((run,)))
                run = ""
            if not plain and not optional and needed:
                found.append(needed)
        if run:
            found.append(frozenset((run,)))
        return max(found, key=lambda literals: min(map(len, literals)), default=_NOTHING)
