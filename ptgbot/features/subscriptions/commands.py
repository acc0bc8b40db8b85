"""``subscribe`` and ``unsubscribe``."""

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused
from ptgbot.features.people.model import keys_of
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription, pattern_problem

__all__ = ["COMMANDS"]


def _held(call: Call) -> Subscription | None:
    """Return the subscription of whoever gives the command."""
    return next((s for key in keys_of(call.actor) if (s := call.view.get(SUBSCRIPTIONS, key)) is not None), None)


def _without(call: Call) -> Draft:
    """Return a draft in which they have none."""
    draft = Draft(call.view)
    for key in keys_of(call.actor):
        draft.remove(SUBSCRIPTIONS, key)
    return draft


def _subscribe(call: Call) -> Outcome:
    held = _held(call)
    pattern = call.arguments.text("REGEX")
    if not pattern:
        if held is None:
            return Outcome(reply="You have no subscription. Say 'subscribe REGEX' to hear of topics that match.")
        return Outcome(reply=f"You are subscribed to: {held.pattern}")
    problem = pattern_problem(pattern)
    if problem:
        raise Refused(f"'{pattern}' is no pattern that I can use: {problem}. Plain words work too.")
    draft = _without(call)
    identity = call.actor.identity.key
    draft.put(SUBSCRIPTIONS, Subscription(identity, call.network, call.actor.name, pattern))
    before = f" (it was: {held.pattern})" if held else ""
    return Outcome(draft.edits(), f"You are subscribed to: {pattern}{before}")


def _unsubscribe(call: Call) -> Outcome:
    held = _held(call)
    if held is None:
        return Outcome(reply="You have no subscription.")
    return Outcome(_without(call).edits(), f"Your subscription is gone (it was: {held.pattern}).")


COMMANDS = (
    Command(
        Door.USER,
        "subscribe",
        "tells you in private of every topic that matches; without a pattern, shows yours",
        _subscribe,
        (Parameter.text("REGEX", optional=True),),
        example="nova|cinder",
        note="It is matched against '#TRACK now TEXT', in any case; a new one replaces the old.",
    ),
    Command(Door.USER, "unsubscribe", "ends your subscription", _unsubscribe),
)
