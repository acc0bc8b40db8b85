"""Makes every page once, to find out what is wrong with an event's own templates before anybody sees them."""

from typing import Any

from ptgbot.app import IRC, new_id, registry_of, templates_of
from ptgbot.catalogue import TABLES, make_exporters
from ptgbot.config import Config
from ptgbot.core.clock import SystemClock
from ptgbot.core.help import Rest
from ptgbot.demo.event import sample_event
from ptgbot.features.admin.legacy import Importer
from ptgbot.store.state import State

__all__ = ["rehearse"]

_EMPTY: dict[str, Any] = {"tracks": [], "slots": {}, "schedule": {}}


def rehearse(config: Config) -> tuple[list[str], list[str]]:
    """Return what is wrong with the templates of a configuration, and what may be a slip, a line each.

    Every page is made of the sample event, and of one in which there is nothing yet.
    """
    html = templates_of(config)
    exporters = make_exporters(config.event, registry_of(config.event, Rest()), html=html)
    now = SystemClock().now()
    for data in (sample_event(), _EMPTY):
        state = State(TABLES)
        importer = Importer(state, event=config.event, network=IRC, at=now, new_id=new_id, strict=True)
        state.apply(1, now, importer.read(data).edits)
        for exporter in exporters:
            for path in exporter.paths(state.public):
                exporter.render(path, state.public, now)
    return html.problems, html.unused
