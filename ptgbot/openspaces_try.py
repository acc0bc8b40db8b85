"""``ptgbot openspaces try``: what would become of posts, judged one by one, without a store or a network."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ptgbot.features.openspaces.reading.reader import Action, Reader, Reading

__all__ = ["Judged", "judge", "names_zone"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one line.

    Args:
        line: The answer, as a line of JSON.
        problem: What is wrong with the line that was given; empty where nothing is.
    """

    line: str
    problem: str = ""


def judge(reader: Reader, lines: Iterable[bytes], now: datetime) -> Iterator[Judged]:
    """Judge posts, each by itself.

    A line that is no post is answered, too, as one for a person to look at: answers stay in step with the lines.

    Args:
        reader: Reads by the event's rules.
        lines: A JSON object each, ``{"text": …, "posted_at": …}``; empty lines are passed over.
        now: When a post was posted that does not say.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            text, posted_at = _post(line)
            yield Judged(_as_line(reader.read(text, posted_at or now)))
        except (ValueError, OverflowError) as error:
            # OverflowError: a moment before the year 1 or after 9999, in the zone of the event.
            problem = f"line {number}: {'posted_at is too far away' if isinstance(error, OverflowError) else error}"
            yield Judged(_as_line(Reading(Action.REVIEW, reason=problem)), problem)


def names_zone(path: Path) -> bool:
    """Tell whether a configuration file, known to be readable, says in which zone the event is."""
    values = json.loads(path.read_text(encoding="utf-8"))
    event = values.get("event")
    return "event.timezone" in values or (isinstance(event, dict) and "timezone" in event)


def _post(line: bytes) -> tuple[str, datetime | None]:
    try:
        post = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("this is not JSON") from None
    if not isinstance(post, dict) or not isinstance(post.get("text"), str):
        raise ValueError('this is no object with a "text"')  # noqa: TRY004 - one exception for every bad line
    posted_at = post.get("posted_at")
    if posted_at is None:
        return post["text"], None
    try:
        return post["text"], datetime.fromisoformat(posted_at)
    except (TypeError, ValueError):
        raise ValueError("posted_at is no ISO time such as 2027-03-16T09:30:00+01:00") from None


def _as_line(reading: Reading) -> str:
    return json.dumps(
        {
            "action": reading.action,
            "rooms": reading.rooms,
            "starts": [start.isoformat() for start in reading.starts],
            "ends": [end.isoformat() for end in reading.ends],
            "reason": reading.reason,
        },
        ensure_ascii=False,
    )
