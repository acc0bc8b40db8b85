"""How patient networks with one timeline are."""

from dataclasses import dataclass

__all__ = ["TimelineTiming"]


@dataclass(frozen=True, slots=True)
class TimelineTiming:
    """How patient it is, in seconds.

    Args:
        retry: The first pause after the network could not be reached, or failed; it doubles each time.
        retry_most: The longest of these.
        barred: The first pause after it refused the account; it doubles too.
        barred_most: The longest of these.
        settle: After a post of which nobody knows whether it was taken, before it is looked for: it may still be on
            its way to where it is seen. The same after a start, since the process before may have sent one.
        poll: Between two searches for posts of others, where no stream brings them.
        overlap: By which a search goes back behind the newest post that is known, since they come not quite in order.
        settled: From when a stream was begun until what it may have missed is searched for again.
        silence: Without a sign of life from a stream, after which it counts as dead.
        stream_again: From when a stream was not allowed until it is asked for again.
        look: Between two looks whether posts were edited or deleted.
    """

    retry: float = 5.0
    retry_most: float = 300.0
    barred: float = 60.0
    barred_most: float = 3600.0
    settle: float = 10.0
    poll: float = 60.0
    overlap: float = 60.0
    settled: float = 30.0
    silence: float = 40.0
    stream_again: float = 3600.0
    look: float = 300.0
