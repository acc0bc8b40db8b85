"""``subscribe`` and ``unsubscribe``."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.documents import View
from ptgbot.features.people.model import disown, holdings, own
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Announced, Subscription
from ptgbot.features.subscriptions.patterns import compile_pattern, pattern_advice, pattern_problem

__all__ = ["TopicsOfDay", "subscription_commands"]

TopicsOfDay = Callable[[View, Event, datetime], Sequence[Announced]]


def _patterns(held: Sequence[Subscription]) -> str:
    """Return what somebody is subscribed to, by their account and by their nick."""
    return " and ".join(dict.fromkeys(subscription.pattern for subscription in held))


def _today(topics: Sequence[Announced], pattern: str) -> str:
    """Return how many of today's topics a pattern would have matched, and one of them."""
    compiled = compile_pattern(pattern)
    assert compiled is not None
    said = dict.fromkeys((topic.track, topic.text) for topic in topics)
    if not said:
        return "there was no topic yet today"
    matched: dict[tuple[str, str], str] = {}
    for topic in topics:
        if (topic.track, topic.text) not in matched and compiled.search(topic.command) is not None:
            matched[topic.track, topic.text] = topic.command
    of_all = f"{len(said)} topic{'s' * (len(said) > 1)}"
    if not matched:
        return f"today it would have matched none of {of_all}"
    return f"today it would have matched {len(matched)} of {of_all}, such as {quote(next(iter(matched.values())))}"


def _show(call: Call) -> Outcome:
    held = holdings(call.view, SUBSCRIPTIONS, call.actor)
    if not held:
        return Outcome(reply="You have no subscription. Say 'subscribe REGEX' to hear of topics that match.")
    draft = Draft(call.view)
    if len({subscription.pattern for subscription in held}) == 1:  # else which one they want, they have to say
        mine = replace(held[0], identity=call.actor.identity.key, nick=call.actor.name)
        own(draft, SUBSCRIPTIONS, mine, call.actor)
    return Outcome(draft.edits(), f"You are subscribed to: {_patterns(held)}")


def _unsubscribe(call: Call) -> Outcome:
    held = holdings(call.view, SUBSCRIPTIONS, call.actor)
    if not held:
        return Outcome(reply="You have no subscription.")
    draft = Draft(call.view)
    disown(draft, SUBSCRIPTIONS, call.actor)
    return Outcome(draft.edits(), f"Your subscription is gone (it was: {_patterns(held)}).")


def subscription_commands(topics_of_day: TopicsOfDay) -> tuple[Command, ...]:
    """Return the commands about subscriptions.

    Args:
        topics_of_day: Gives what was said on the day of an instant, the newest first.
    """

    def subscribe(call: Call) -> Outcome:
        pattern = call.arguments.text("REGEX")
        if not pattern:
            return _show(call)
        problem = pattern_problem(pattern)
        if problem:
            raise Refused(f"'{quote(pattern)}' is no pattern that I can use: {problem}. Plain words work too.")
        held = holdings(call.view, SUBSCRIPTIONS, call.actor)
        draft = Draft(call.view)
        mine = Subscription(call.actor.identity.key, call.network, call.actor.name, pattern)
        own(draft, SUBSCRIPTIONS, mine, call.actor)
        before = f"it was: {_patterns(held)}; " if held else ""
        today = _today(topics_of_day(call.view, call.event, call.at), pattern)
        advice = pattern_advice(pattern)
        reply = f"You are subscribed to: {pattern} ({before}{today})"
        return Outcome(draft.edits(), f"{reply}. {advice}" if advice else reply)

    return (
        Command(
            Door.USER,
            "subscribe",
            "tells you in private of every topic that matches; without a pattern, shows yours",
            subscribe,
            (Parameter.text("REGEX", optional=True),),
            example="nova|cinder",
            note="It is matched against '#TRACK now TEXT', in any case, as RE2 has it; a new one replaces the old.",
        ),
        Command(Door.USER, "unsubscribe", "ends your subscription", _unsubscribe),
    )
