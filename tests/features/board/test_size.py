"""How much of the network the board takes."""

import gzip
import random
from dataclasses import replace
from datetime import date, timedelta

from ptgbot.features.board.pages import BoardPage
from ptgbot.features.presence.model import CheckIn
from ptgbot.features.topics.model import Now, Topic
from ptgbot.site.html import StaticFiles, Templates
from tests.bench.event import make_event
from tests.build import AT, BERLIN, import_state, put
from tests.pages import tags

EVENT = replace(BERLIN, first_day=date(2026, 11, 23))
WORDS = (
    "cell pod quota gate release retro triage mentor docs scale edge plan drop keep try metal image key heat".split()
)


def test_the_board_of_a_large_event_takes_at_most_100_kb_with_style_and_script() -> None:
    """44 tracks, 5 days, 23 rooms; everybody has said something, and no two say the same."""
    chance = random.Random(7)
    data = make_event(tracks=44, rooms=23, days=5)
    data["colors"] = {track: f"#{chance.randrange(0x1000000):06x}" for track in data["tracks"]}
    state = import_state(data, EVENT)
    for track in data["tracks"]:
        said = " ".join(chance.choices(WORDS, k=12))
        put(state, Topic(track, Now(said, AT - timedelta(minutes=chance.randrange(90))), (said[:40],), "Room 01"))
        put(state, [CheckIn(f"irc/~{n}", f"nick{n}", f"#{track}", AT) for n in chance.sample(range(9000), 12)])
    html = Templates(EVENT)
    page = BoardPage(EVENT, html).render("ptg.html", state.public, AT)
    static = StaticFiles(html)

    linked = {a.get("href", a.get("src", "")).partition("?")[0] for name, a in tags(page) if name in ("link", "script")}
    files = [static.render(path, state.public, AT) for path in static.paths(state.public) if path in linked]

    assert {path for path in linked if path.startswith("static/")} >= {"static/site.css", "static/site.js"}
    assert sum(len(gzip.compress(content)) for content in (page, *files)) <= 100_000
