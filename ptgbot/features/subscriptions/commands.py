"""``subscribe`` and ``unsubscribe``."""

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription, pattern_problem

__all__ = ["COMMANDS"]


def _subscribe(call: Call) -> Outcome:
    held = call.view.get(SUBSCRIPTIONS, call.actor.identity.key)
    pattern = call.arguments.text("REGEX")
    if not pattern:
        if held is None:
            return Outcome(reply="You have no subscription. Say 'subscribe REGEX' to hear of topics that match.")
        return Outcome(reply=f"You are subscribed to: {held.pattern}")
    problem = pattern_problem(pattern)
    if problem:
        raise Refused(f"'{pattern}' is no pattern that I can use: {problem}. Plain words work too.")
    draft = Draft(call.view)
    identity = call.actor.identity.key
    draft.put(SUBSCRIPTIONS, Subscription(identity, call.network, call.actor.name, pattern))
    before = f" (it was: {held.pattern})" if held else ""
    return Outcome(draft.edits(), f"You are subscribed to: {pattern}{before}")


def _unsubscribe(call: Call) -> Outcome:
    held = call.view.get(SUBSCRIPTIONS, call.actor.identity.key)
    if held is None:
        return Outcome(reply="You have no subscription.")
    draft = Draft(call.view)
    draft.remove(SUBSCRIPTIONS, held.key)
    return Outcome(draft.edits(), f"Your subscription is gone (it was: {held.pattern}).")


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
