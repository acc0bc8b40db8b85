"""Long rendering in slices, so that it does not keep the loop: broken off when its time is over, it goes on later.

What was made by then is kept, so that the same call goes on from there. Each slice makes at least one thing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["Unfinished", "end_of_slice", "slice_of"]

_ends: ContextVar[float] = ContextVar("ends", default=float("inf"))


class Unfinished(Exception):
    """The slice is over; the same call goes on from here."""


@contextmanager
def slice_of(seconds: float) -> Iterator[None]:
    """Break off what is done inside after some seconds, at the first place where that is possible."""
    token = _ends.set(time.perf_counter() + seconds)
    try:
        yield
    finally:
        _ends.reset(token)


def end_of_slice() -> None:
    """Raise Unfinished where the slice is over; to be called after something that is kept was made."""
    if time.perf_counter() >= _ends.get():
        raise Unfinished
