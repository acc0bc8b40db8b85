"""What is stored about a person, and what remains without them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from ptgbot.core.changes import Draft, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.history.model import HISTORY, SOMEONE, TRACES, Trace, entry_id
from ptgbot.features.linking.model import LINKS
from ptgbot.features.openspaces.model import IGNORED, OPENSPACES, POSTS, post_id
from ptgbot.features.people.model import is_stranger
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.reminders.model import REMINDERS, SPEAKERS, WISHES, Kind, Wish, reminder_id, reminders_of
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS

__all__ = ["PERSONAL", "about", "forget"]

# What tells whether the network vouches for people: there it matters for whom it does not.
PERSONAL = (CHECKINS, SUBSCRIPTIONS, WISHES, POSTS, TRACES)


def about(view: View, keys: tuple[str, ...], event: Event) -> Iterator[str]:
    """Yield what is stored about a person, a line each.

    Args:
        view: The whole state.
        keys: The keys of the person's identities.
        event: The conference.
    """
    for key in keys:
        mark = " (not logged in)" if is_stranger(view, key, PERSONAL) else ""
        check_in = view.get(CHECKINS, key)
        if check_in is not None:
            left = f", left {_when(event, check_in.left)}" if check_in.left else ""
            yield f"Check-in of {check_in.nick}{mark}: {check_in.location} since {_when(event, check_in.since)}{left}."
        subscription = view.get(SUBSCRIPTIONS, key)
        if subscription is not None:
            yield f"Subscription, sent to {subscription.nick}{mark} on {subscription.network}: {subscription.pattern}"
        wish = view.get(WISHES, key)
        if wish is not None:
            yield from _wished(wish, mark)
        for reminder in view.where(REMINDERS, "identity", key).values():
            if reminder.kind is Kind.NOTE and reminder.is_open:
                at = _when(event, reminder.due)
                yield f"Reminder {reminder_id(reminder.number)}{mark}, {at}: {reminder.text}"
        yield from _posted(view, key, mark, event)
        spoke = ", ".join(f"#{speaker.track}" for speaker in view.where(SPEAKERS, "identity", key).values())
        if spoke:
            yield f"Spoke last{mark}, and is asked first if nothing is said: {spoke}."
        link = view.get(LINKS, key)
        if link is not None:
            yield f"Linked as one person: {link.shown}."
        for trace in view.where(TRACES, "identity", key).values():
            entry = view.get(HISTORY, trace.key)
            if entry is not None:
                at = _when(event, entry.at)
                yield f"History {entry_id(entry.number)}, {at}, as {entry.name}{mark}: {entry.text}"
    for trace in _holding(view, _all_keys(view, keys)):
        what = "A check-in, subscription, reminder or post of yours"
        yield f"{what}, kept for a day so that {entry_id(trace.number)} can be undone."


def _posted(view: View, key: str, mark: str, event: Event) -> Iterator[str]:
    for post in view.where(POSTS, "author", key).values():
        yield f"Post {post_id(post.number)}{mark}, {_when(event, post.at)}, as {post.name}: {post.text}"
    decided = ", ".join(post_id(post.number) for post in view.where(POSTS, "decider", key).values())
    if decided:
        yield f"Decided{mark} about: {decided}."
    if view.get(IGNORED, key) is not None:
        yield f"That your posts{mark} are ignored."


def _wished(wish: Wish, mark: str) -> Iterator[str]:
    if wish.tracks:
        tracks = ", ".join(f"#{track} {minutes} minutes before" for track, minutes in wish.tracks)
        yield f"Reminders, sent to {wish.nick}{mark} on {wish.network}: {tracks}."
    if wish.quiet:
        yield f"Quiet hours: {wish.quiet}."


def _when(event: Event, instant: Any) -> str:
    local = event.local(instant)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def _holding(view: View, keys: tuple[str, ...]) -> Iterator[Trace]:
    """Yield the traces that keep private documents of a person."""
    quoted = [orjson.dumps(key).decode() for key in keys]
    for trace in view.all(TRACES).values():
        if any(part in trace.edits for part in quoted):
            yield trace


def _is_about(edit: Any, keys: tuple[str, ...]) -> bool:
    """Return whether an edit of a trace is one of somebody's documents, or of one that names them."""
    text = orjson.dumps(edit).decode()
    return any(orjson.dumps(key).decode() in text for key in keys)


def _all_keys(view: View, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of a person's documents: of those that have the person's own, and of their posts."""
    return (*keys, *(source for key in keys for source in view.where(POSTS, "author", key)))


def _forget_posts(draft: Draft, view: View, key: str) -> None:
    """Remove the posts of a person. That an open space does not take place any more is told without them."""
    for source, post in view.where(POSTS, "author", key).items():
        draft.remove(POSTS, source)
        for kind in (Kind.OPENSPACE, Kind.REPLY):
            for reminder in reminders_of(view, kind, post_id(post.number)):
                draft.remove(REMINDERS, reminder.id)
        space = view.get(OPENSPACES, post_id(post.number))
        if space is not None:
            gone = max(space.changed + timedelta(seconds=1), view.changed_at or space.changed)
            draft.put(OPENSPACES, replace(space, title="", host="", link="", cancelled=True, changed=gone))


def _forget_decisions(draft: Draft, view: View, key: str) -> None:
    """Have the posts of others not tell who decided about them."""
    for source, post in view.where(POSTS, "decider", key).items():
        if draft.get(POSTS, source) is not None:
            draft.put(POSTS, replace(post, by=SOMEONE, decider=""))


def forget(view: View, keys: tuple[str, ...]) -> tuple[Edit, ...]:
    """Return the edits after which nothing tells of a person; what they said for a track stays, as somebody's.

    Args:
        view: A whole state, of now or of a backup.
        keys: The keys of the person's identities.
    """
    draft = Draft(view)
    for key in keys:
        draft.remove(CHECKINS, key)
        draft.remove(SUBSCRIPTIONS, key)
        draft.remove(WISHES, key)
        draft.remove(LINKS, key)
        draft.remove(IGNORED, key)
        _forget_posts(draft, view, key)
        _forget_decisions(draft, view, key)
        for reminder in view.where(REMINDERS, "identity", key):
            draft.remove(REMINDERS, reminder)
        for track in view.where(SPEAKERS, "identity", key):
            draft.remove(SPEAKERS, track)
    theirs = _all_keys(view, keys)
    for trace in _holding(view, theirs):
        kept = [edit for edit in orjson.loads(trace.edits) if not _is_about(edit, theirs)]
        draft.put(TRACES, replace(trace, edits=orjson.dumps(kept).decode() if kept else ""))
    for key in keys:
        for trace in view.where(TRACES, "identity", key).values():
            entry = view.get(HISTORY, trace.key)
            if entry is not None:
                draft.put(HISTORY, replace(entry, name=SOMEONE, verified=None))
            draft.put(TRACES, replace(draft.get(TRACES, trace.key) or trace, identity=""))
    return draft.edits()
