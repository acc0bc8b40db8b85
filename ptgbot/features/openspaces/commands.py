"""Every command about open spaces."""

from collections.abc import Iterable

from ptgbot.core.commands import Command
from ptgbot.core.messages import Target
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.hosts import host_commands
from ptgbot.features.openspaces.intake import Intake
from ptgbot.features.openspaces.running import running_commands
from ptgbot.features.openspaces.staff import FetchPost, PostDecisions, staff_commands
from ptgbot.features.reminders.model import place_of

__all__ = ["openspace_commands", "post_decisions"]


def post_decisions(desk: Desk, targets: Iterable[Target]) -> PostDecisions:
    """Return what decides about posts by their ids.

    Args:
        desk: Decides.
        targets: Where reminders go.
    """
    return PostDecisions(desk, map(place_of, targets))


def openspace_commands(
    desk: Desk, intake: Intake, targets: Iterable[Target] = (), fetch: FetchPost | None = None
) -> tuple[Command, ...]:
    """Return every command about open spaces.

    Args:
        desk: Decides about posts.
        intake: Takes them in.
        targets: Where reminders go.
        fetch: Brings a post by its link from the network where it is; None where no network can.
    """
    places = tuple(map(place_of, targets))
    return (
        *host_commands(desk, intake),
        *staff_commands(desk, intake, PostDecisions(desk, places), fetch),
        *running_commands(desk, places),
    )
