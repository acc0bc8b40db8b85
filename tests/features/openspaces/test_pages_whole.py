"""From the post to the site: what people see of an open space through its life."""

from typing import Any

import icalendar

from ptgbot.catalogue import make_exporters
from ptgbot.features.openspaces.model import Fate
from tests.delivery.simulated import simulated
from tests.features.openspaces.stage import SETTINGS, OpenStage, chess, on_open_stage
from tests.pages import text_of
from tests.talk import quick_talk


def files(stage: OpenStage, *paths: str) -> list[bytes]:
    """Return files of the site as they are now."""
    exporters = make_exporters(stage.event, quick_talk().registry, openspaces=SETTINGS)
    view, now = stage.store.public, stage.clock.now()
    made = {path: one for one in exporters for path in one.paths(view)}
    return [made[path].render(path, view, now) for path in paths]


def entry(stage: OpenStage) -> Any:
    """Return the only open space in the calendar of all of them."""
    [content] = files(stage, "openspaces.ics")
    [found] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return found


@simulated
async def test_a_post_is_shown_once_it_is_approved_moves_with_its_host_and_stays_as_cancelled() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(text="Chess in Room 14 at 3pm or 4pm #openspace"))
        [page] = files(stage, "openspaces.html")
        assert "There are no open spaces yet." in text_of(page)

        await stage.until(9)
        stage.decide(start=stage.at(15), fate=Fate.APPROVED)
        page, board, text = files(stage, "openspaces.html", "ptg.html", "ptg.txt")
        for shown in (text_of(page), text_of(board)):
            assert "Chess in Room 14 at 3pm or 4pm #openspace" in shown
        assert "15:00-15:45     Chess in Room 14 at 3pm or 4pm #openspace" in text.decode()
        first = entry(stage)
        assert (str(first["STATUS"]), str(first["LOCATION"])) == ("CONFIRMED", "14")

        await stage.until(10)
        stage.decide(host=True, room="Aspen")
        moved = entry(stage)
        assert (str(moved["UID"]), str(moved["LOCATION"])) == (str(first["UID"]), "Aspen")
        assert moved["SEQUENCE"] == first["SEQUENCE"] + 3600

        await stage.until(11)
        stage.decide(host=True, fate=Fate.CANCELLED)
        assert (str(entry(stage)["STATUS"]), entry(stage)["SEQUENCE"]) == ("CANCELLED", moved["SEQUENCE"] + 3600)
        board, page = files(stage, "ptg.html", "openspaces.html")
        assert "Chess" not in text_of(board)
        assert "cancelled Chess in Room 14" in text_of(page)
