"""Values that are computed from the state and hold until what they were computed from is touched."""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from ptgbot.core.documents import Table, View

__all__ = ["Derived"]

T = TypeVar("T")


class Derived(Generic[T]):
    """A function of a view that is computed again only once one of its tables was touched.

    Args:
        tables: Every table that the function reads.
        compute: The function: the view, then arguments that can be hashed.
    """

    def __init__(self, tables: tuple[Table[Any], ...], compute: Callable[..., T]) -> None:
        self._tables = tables
        self._compute = compute
        self._kept: WeakKeyDictionary[View, tuple[tuple[int, ...], dict[Hashable, T]]] = WeakKeyDictionary()

    def __call__(self, view: View, *args: Hashable) -> T:
        """Return the function's value for a view."""
        versions = tuple([view.version(table) for table in self._tables])
        kept = self._kept.get(view)
        if kept is None or kept[0] != versions:
            kept = self._kept[view] = (versions, {})
        values = kept[1]
        if args not in values:
            values[args] = self._compute(view, *args)
        return values[args]
