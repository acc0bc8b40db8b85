"""Makes every page once, to find out what is wrong with an event's own templates before anybody sees them."""

from datetime import datetime, timedelta
from typing import Any

from ptgbot.app import new_id, registry_of
from ptgbot.catalogue import TABLES, make_exporters
from ptgbot.config import Config
from ptgbot.core.changes import Cause, Edit
from ptgbot.core.clock import SystemClock
from ptgbot.core.help import Rest
from ptgbot.demo.event import sample_event
from ptgbot.features.admin.legacy import Importer
from ptgbot.features.history.model import record
from ptgbot.features.openspaces.model import OPENSPACES, OpenSpace
from ptgbot.store.state import State
from ptgbot.wiring import IRC, templates_of

__all__ = ["rehearse"]

_EMPTY: dict[str, Any] = {"tracks": [], "slots": {}, "schedule": {}}


def rehearse(config: Config) -> tuple[list[str], list[str]]:
    """Return what is wrong with the templates of a configuration, and what may be a slip, a line each.

    Every page is made of the sample event, of one in which there is nothing yet, and of one with all that comes seldom.
    """
    html = templates_of(config)
    registry = registry_of(config.event, Rest())
    exporters = make_exporters(config.event, registry, html=html, openspaces=config.openspaces)
    now = SystemClock().now()
    for data in (sample_event(), _EMPTY, _seldom(now)):
        state = State(TABLES)
        importer = Importer(state, event=config.event, network=IRC, at=now, new_id=new_id, strict=True)
        edits = importer.read(data).edits
        entry = record(edits, number=1, at=now, cause=Cause.IMPORT, actor=None, text="", subject="")
        state.apply(1, now, (*edits, *entry, *(() if data is _EMPTY else _open_spaces(now))))
        for exporter in exporters:
            for path in exporter.paths(state.public):
                exporter.render(path, state.public, now)
    return html.problems, html.unused


def _seldom(now: datetime) -> dict[str, Any]:
    """Return an event with a slot that runs and others that overlap it, a long topic and warnings."""
    times = {"Over": now - timedelta(hours=2), "Runs": now - timedelta(minutes=5), "Soon": now + timedelta(minutes=5)}
    slots = [{"name": name, "desc": "", "realtime": at.isoformat(), "duration": 60} for name, at in times.items()]
    return {
        "tracks": ["one", "two"],
        "slots": {f"{now:%A}": slots},
        "schedule": {"Room": {"Over": "one", "Runs": "one", "Soon": ""}, "Hall": {"Soon": "two"}},
        "now": {"two": "word " * 60},
        "motd": [{"level": "warning", "message": "word " * 60}, {"level": "danger", "message": "word"}],
    }


def _open_spaces(now: datetime) -> tuple[Edit, ...]:
    """Return what adds open spaces: one that is on, one that is to come, and one that was cancelled."""
    minutes = {"p1": -5, "p2": 5, "p3": 10}
    spaces = [
        OpenSpace(
            id=name,
            number=number,
            title="word " * 12,
            room=f"Room {number}",
            start=now + timedelta(minutes=begins),
            end=now + timedelta(minutes=begins + 45),
            changed=now,
            host="@word",
            link="https://example.org/word",
            cancelled=name == "p3",
        )
        for number, (name, begins) in enumerate(minutes.items(), 1)
    ]
    return tuple(Edit(OPENSPACES, space.key, None, space) for space in spaces)
