"""Many patterns against one topic, in time that grows with those that may match and hardly with how many there are."""

from collections.abc import Iterator, Set

from ptgbot.features.subscriptions.literals import required_literals
from ptgbot.features.subscriptions.patterns import Pattern, compile_pattern

__all__ = ["Matcher"]

BUDGET = 32 << 20  # bytes that compiled patterns may take together; the others are compiled each time
_BASE, _PER_INSTRUCTION = 8192, 32  # bytes of a compiled pattern that was used, as measured
_STEP = 16  # patterns between two breathing points


class Matcher:
    """The patterns that people are subscribed to, each once, however many have it.

    A pattern is tried on a text only if the text holds what the pattern needs. Its iterators yield None between steps
    of about a millisecond, so that whoever runs them can let others go first.

    Args:
        budget: Bytes that compiled patterns may take together.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget
        self._literals: dict[str, frozenset[str]] = {}
        self._needing: dict[str, dict[str, None]] = {}  # what is needed, and the patterns that need it
        self._compiled: dict[str, tuple[Pattern | None, int]] = {}

    def follow(self, patterns: Set[str]) -> Iterator[None]:
        """Know these patterns from now on, and no others."""
        for pattern in self._literals.keys() - patterns:
            self._forget(pattern)
        for count, pattern in enumerate(patterns - self._literals.keys(), 1):
            self._literals[pattern] = required_literals(pattern)
            for literal in self._literals[pattern] or ("",):  # every text holds the empty one
                self._needing.setdefault(literal, {})[pattern] = None
            if count % _STEP == 0:
                yield

    def _forget(self, pattern: str) -> None:
        for literal in self._literals.pop(pattern) or ("",):
            needing = self._needing[literal]
            del needing[pattern]
            if not needing:
                del self._needing[literal]
        self._left += self._compiled.pop(pattern, (None, 0))[1]

    def find(self, text: str) -> Iterator[str | None]:
        """Yield the patterns that are found anywhere in a text, in any case."""
        folded = text.casefold()
        candidates = {p: None for literal, needing in self._needing.items() if literal in folded for p in needing}
        for count, pattern in enumerate(candidates, 1):
            new = pattern not in self._compiled
            compiled = self._compile(pattern)
            if compiled is not None and compiled.search(text) is not None:
                yield pattern
            if new or count % _STEP == 0:
                yield None

    def _compile(self, pattern: str) -> Pattern | None:
        """Return a pattern, compiled; it is kept if there is room for it.

        None is thrown out for another one: where there are more than fit, each would go just before it is needed.
        """
        kept = self._compiled.get(pattern)
        if kept is not None:
            return kept[0]
        compiled = compile_pattern(pattern)
        size = _BASE + (0 if compiled is None else _PER_INSTRUCTION * compiled.programsize)
        if size <= self._left:
            self._left -= size
            self._compiled[pattern] = (compiled, size)
        return compiled
