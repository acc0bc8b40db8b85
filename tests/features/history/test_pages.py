"""What was said when, as pages: what is on them, what makes them again, and that nothing private is there."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from ptgbot.catalogue import make_exporters
from ptgbot.core.changes import Cause, Change, Draft, Edit
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.protocols import Exporter
from ptgbot.features.history.feed import HistoryFeed
from ptgbot.features.history.journal import Journal
from ptgbot.features.history.pages import MOST_ENTRIES, HistoryPage
from ptgbot.features.history.tracks import MOST_SPELLS, TrackPages
from ptgbot.features.schedule.model import BOOKINGS
from ptgbot.features.topics.model import Now, Topic, put_topic
from ptgbot.site.html import Templates
from tests.pages import CountedHtml, tags, text_of
from tests.talk import EVENT, Talk, quick_talk

HISTORY_FILES = {"history.html"}
OTHER_EVENT = b'{"tracks": ["a"], "slots": {"Friday": [{"name": "F1", "desc": "09:00-10:00"}]}, "schedule": {}}'
URL = "https://example.org/base.json"


def exporters(bot: Talk, *more: type[Exporter]) -> list[Exporter]:
    """Return what publishes the pages of the history, and whatever else is named."""
    return [e for e in make_exporters(EVENT, bot.registry) if isinstance(e, (TrackPages, HistoryPage, *more))]


def site(bot: Talk, *more: type[Exporter]) -> dict[str, bytes]:
    """Return every page of the history, and what else is named, made from nothing."""
    view, now = bot.store.public, bot.clock.now()
    return {path: e.render(path, view, now) for e in exporters(bot, *more) for path in e.paths(view)}


def touched(bot: Talk, change: Change) -> set[str]:
    return {path for e in exporters(bot) for path in e.touched(change, bot.store.public)}


def main(page: bytes) -> str:
    """Return what people read between the head and the foot of a page."""
    [found] = re.findall(r"<main\b.*?</main>", page.decode(), re.DOTALL)
    # The parts of a list stand side by side without blanks; people see lines.
    return text_of(found.replace("</li>", "</li> ").replace("</p>", "</p> "))


async def said(bot: Talk, *commands: str, nick: str = "olga", **how: Any) -> None:
    for command in commands:
        await bot.say(nick, command, role=Role.ORGANISER, **how)


# -- what a Change touches ------------------------------------------------------------------------------------------

TRACKS = {f"track/{name}.html" for name in ("nova", "neutron", "swift", "docs")}
NOVA = {"track/nova.html"}


@pytest.mark.parametrize(
    ("command", "pages"),
    [
        ("#nova now cells", NOVA),
        ("#nova next cells", NOVA),
        ("#nova clean", NOVA),
        ("#nova location terrace", NOVA),
        ("#nova etherpad https://example.org/p", NOVA),
        ("#nova url https://example.org/m", NOVA),
        ("#nova book Ballroom A-TueA1", NOVA),
        ("#nova unbook Ballroom A-MonA1", NOVA),
        ("#nova move Ballroom A-MonA1 Loft-2-MonP1", NOVA),
        ("#nova undo", NOVA),
        ("~newday", NOVA | {"track/swift.html"}),
        ("~del docs neutron", NOVA | {"track/swift.html"}),
        ("#nova color red", TRACKS),
        ("~add gardening", TRACKS | {"track/gardening.html"}),
        ("~motd add info Lunch", set()),
        ("~requirevoice", set()),
        (f"~fetchdb {URL}", {"track/a.html"}),
        ("~emptydb", set()),
    ],
)
async def test_a_change_touches_the_history_and_the_pages_of_its_tracks(
    bot: Talk, command: str, pages: set[str]
) -> None:
    bot.pages[URL] = OTHER_EVENT
    await said(bot, "#swift now rings", "#nova now first")
    await said(bot, command)
    assert bot.changes[-1].text == command
    assert touched(bot, bot.changes[-1]) - HISTORY_FILES == pages
    assert touched(bot, bot.changes[-1]) >= HISTORY_FILES


async def test_a_check_in_touches_the_pages_of_its_tracks_and_no_history(bot: Talk) -> None:
    for command in ("+in #nova", "+in #swift", "+in the bar", "+in #nova", "+out", "+subscribe nova", "+unsubscribe"):
        await bot.say("ada", command)
    swift = {"track/swift.html"}
    assert [touched(bot, change) for change in bot.changes] == [NOVA, NOVA | swift, swift, NOVA, NOVA, set(), set()]


async def test_days_and_rooms_and_the_events_facts_touch_every_tracks_page(bot: Talk) -> None:
    for number, key in enumerate(
        (b'{"eventid": "other"}', b'{"slots": {"Monday": [{"name": "MonA1", "desc": "08:00-10:45"}]}}')
    ):
        bot.pages[f"{URL}{number}"] = key
        await said(bot, f"~fetchdb {URL}{number}")
        assert touched(bot, bot.changes[-1]) == TRACKS | HISTORY_FILES


@pytest.mark.parametrize(
    "command",
    [
        "#nova now cells", "#nova next cells", "#nova clean", "#nova location here", "#nova etherpad https://e.org/p",
        "#nova url https://example.org/m", "#nova book Ballroom A-TueA1", "#nova unbook Ballroom A-MonA1",
        "#nova move Ballroom A-MonA1 Loft-2-MonP1", "#nova undo", "~undo", "~undo c3", "~newday",
        "~motd add info Lunch", "~requirevoice", f"~fetchdb {URL}", "~emptydb", "+in #nova", "+subscribe x",
        "~clean nova", "~del neutron",
        "#nova color red", "~add gardening", "~del nova",
    ],
)  # fmt: skip
async def test_what_a_change_does_not_touch_reads_as_before(bot: Talk, command: str) -> None:
    bot.pages[URL] = OTHER_EVENT
    await said(bot, "#swift now rings, with #nova and #gardening", "#nova now first", "#nova now second")
    before = site(bot)
    await said(bot, command)
    after = site(bot)
    differ = {path for path in after if path in before and after[path] != before[path]}
    assert differ <= touched(bot, bot.changes[-1])


async def test_what_is_too_old_leaves_the_tracks_page_too(bot: Talk) -> None:
    await said(bot, "#nova now old")
    bot.clock.forward(days=300)
    await said(bot, "#nova now new")
    bot.clock.forward(days=100)
    before = site(bot)["track/nova.html"]
    bot.journal.expire(bot.clock.now())
    assert site(bot)["track/nova.html"] != before
    assert touched(bot, bot.changes[-1]) >= NOVA | HISTORY_FILES


async def test_being_forgotten_touches_the_history(bot: Talk) -> None:
    await said(bot, "#nova now cells", nick="ada")
    await bot.tell("ada", "forget me yes")
    assert touched(bot, bot.changes[-1]) == HISTORY_FILES
    assert "someone" in main(site(bot)["history.html"])
    assert [b"ada" in content for content in site(bot).values()] == [False] * 5


async def test_the_pages_are_those_of_the_tracks_there_are(bot: Talk) -> None:
    await said(bot, "~add gardening", "~del swift neutron")
    assert set(site(bot)) == {f"track/{n}.html" for n in ("nova", "docs", "gardening")} | HISTORY_FILES


# -- what is on them ------------------------------------------------------------------------------------------------


async def test_an_event_without_history_says_what_to_type(bot: Talk) -> None:
    pages = site(bot)
    assert main(pages["history.html"]) == (
        "History What was said and changed, by whom, day by day, the newest first. Each track has a page of its own"
        " with its topics. For programs: history.json. Nothing has happened yet. It begins with #TRACK now TOPIC."
    )
    assert "Nothing was said yet." in main(pages["track/docs.html"])
    assert "docs has no slot. Book a free one" in main(pages["track/docs.html"])


async def story(bot: Talk) -> None:
    """Two days of an event: topics, one of them taken back, a booking, a message."""
    await bot.say("ada", "#nova now cells, with #docs", account="ada.lovelace")
    bot.clock.forward(hours=14, minutes=30)  # 00:30 of Tuesday in Berlin, still Monday in UTC
    await bot.say("bob", "#nova now pods")
    bot.clock.forward(minutes=5)
    await said(bot, "~undo", "#docs next placement", "#swift unbook Loft-2-TueA1", "~motd add info Lunch at 12:30")


async def test_the_history_tells_by_day_who_said_and_changed_what(bot: Talk) -> None:
    await story(bot)
    page = site(bot)["history.html"]
    assert main(page) == (
        "History What was said and changed, by whom, day by day, the newest first. Each track has a page of its own"
        " with its topics. For programs: history.json."
        " Tuesday 24 November 2026"
        " 00:35 olga: ~motd add info Lunch at 12:30 messages of the day: new; notices Lunch at 12:30 c7"
        " 00:35 olga: #swift unbook Loft-2-TueA1 swift swift in Loft-2-TueA1: removed; room Loft-2; slot TueA1 c6"
        " 00:35 olga: #docs next placement docs topics of docs: new; next placement c5"
        " 00:35 olga: ~undo topics of nova: now pods → cells, with #docs c4"
        " 00:30 bob: #nova now pods nova topics of nova: now cells, with #docs → pods taken back by c4 c3"
        " Monday 23 November 2026"
        " 10:00 ada: #nova now cells, with #docs nova topics of nova: new; now cells, with #docs;"
        " location Ballroom A c2"
    )
    found = tags(page)
    assert [(a["id"], "open" in a) for name, a in found if name == "details"] == [
        ("day-2026-11-24", True),
        ("day-2026-11-23", False),
    ]
    assert [a["id"] for name, a in found if name == "li" and "id" in a] == ["c7", "c6", "c5", "c4", "c3", "c2"]
    assert [a["id"] for name, a in found if a.get("class") == "undone"] == ["c3"]
    linked = [a["href"] for name, a in found if name == "a" and a["href"].startswith(("#c", "track/"))]
    assert linked == ["track/swift.html", "track/docs.html", "track/nova.html", "#c4", "track/nova.html"]


async def test_a_tracks_page_tells_its_topics_with_start_and_end_its_slots_pad_and_calendar(bot: Talk) -> None:
    await story(bot)
    await bot.say("grace", "+in #nova")
    await bot.say("Ada", "+in #nova")
    page = site(bot)["track/nova.html"]
    assert main(page) == (
        "nova Where: Ballroom A Join nova on line Pad Calendar"
        " Now slot ended since Mon 23 Nov, 10:00 cells, with docs"
        " Next Nothing is announced yet. Announce it in the event's channel: #nova next TOPIC"
        " Slots 2 slots are over When and where nova met Time Room"
        " Monday 23 November 2026 09:00-10:45 Ballroom A 13:30-15:15 Ballroom A"
        " All times are Europe/Berlin time, your own in brackets."
        " Who is here 2 here: Ada, grace"
        " Calendar The slots of nova, kept up to date in your calendar:"
        " Subscribe to nova or copy https://example.org/nova.ics nova.ics, the file as it is now How to subscribe"
        " Pad and meeting Pad: https://etherpad.opendev.org/p/sample-nova Meeting: https://example.org/meet/a"
        " What was discussed"
        " Tuesday 24 November 2026 00:35 cells, with docs now 00:30–00:35 pods"
        " Monday 23 November 2026 10:00–Tue 24 Nov, 00:30 cells, with docs"
    )
    assert [a["href"] for name, a in tags(page) if a.get("href", "").startswith("webcal")] == [
        "webcal://example.org/nova.ics"
    ]
    links = [(a["href"], a.get("rel")) for name, a in tags(page) if "opendev" in a.get("href", "")]
    assert links == [("https://etherpad.opendev.org/p/sample-nova", "noopener noreferrer")] * 2
    assert ("a", {"href": "../nova.ics"}) in tags(page)
    assert "Next placement Slots" in main(site(bot)["track/docs.html"])
    for name, attributes in tags(page):  # it lies a folder deeper than the others
        address = attributes.get("href") or attributes.get("src") or "https://"
        assert address.startswith(("https://", "webcal://", "../", "#")), (name, address)


async def test_a_tracks_page_marks_the_slot_that_runs_and_greys_those_that_are_over(bot: Talk) -> None:
    def rows() -> list[str]:
        found = [attributes for name, attributes in tags(site(bot)["track/nova.html"]) if name == "tr"]
        return [attributes.get("class", "") for attributes in found if "data-key" in attributes]

    def folded() -> str:
        page = site(bot)["track/nova.html"].decode()
        return text_of(page.partition("<details")[2].partition("</summary>")[0].partition("<summary>")[2])

    seen = [(rows(), folded())]
    bot.clock.forward(hours=4)  # 14:00
    seen.append((rows(), folded()))
    bot.clock.forward(hours=2)
    seen.append((rows(), folded()))

    assert seen == [
        (["runs", ""], ""),
        (["past", "runs"], "1 slot is over"),
        (["past", "past"], "2 slots are over"),
    ]


async def test_a_tracks_page_tells_what_the_schedule_has_now_and_next_and_what_it_is_called(bot: Talk) -> None:
    titled = next(b for b in bot.store.view.all(BOOKINGS).values() if b.track == "nova" and b.slot == "MonP1")
    called = replace(titled, title="Cells & <b>", url="https://example.org/c")
    bot.store.commit((Edit(BOOKINGS, titled.key, titled, called),), at=bot.clock.now(), cause=Cause.COMMAND)
    page = main(site(bot)["track/nova.html"])
    now, _, following = page.partition(" Next ")

    assert now.endswith(
        "Now By the schedule Ballroom A until 10:45 Join nova on line Nobody has said what nova is talking about."
        " Say it in the event's channel: #nova now TOPIC"
    )
    assert following.startswith("By the schedule at 13:30 Ballroom A Cells & <b> Nothing is announced yet.")
    assert "13:30-15:15 Cells & <b> Ballroom A" in following


async def test_a_tracks_page_turns_with_its_own_slots_and_topic_and_at_midnight(bot: Talk) -> None:
    pages = TrackPages(EVENT, Templates(EVENT), stale_after=timedelta(minutes=30))
    await said(bot, "#nova now cells")

    def turns(track: str, count: int) -> list[str]:
        told: list[str] = []
        now = bot.clock.now()
        for _ in range(count):
            turn = pages.turns(f"track/{track}.html", bot.store.public, now)
            if turn is None:
                return [*told, "never"]
            now = turn
            told.append(f"{EVENT.local(now):%a %H:%M}")
        return told

    assert turns("nova", 5) == ["Mon 10:30", "Mon 10:45", "Mon 13:30", "Mon 15:15", "Tue 00:00"]
    assert turns("swift", 4) == ["Tue 00:00", "Tue 09:00", "Tue 10:45", "never"]


async def test_every_part_of_a_tracks_page_has_a_name_of_its_own(bot: Talk) -> None:
    await story(bot)
    found = tags(site(bot)["track/nova.html"])
    for attribute in ("id", "data-key"):
        names = [a[attribute] for _, a in found if attribute in a]
        assert sorted(names) == sorted(set(names))
    assert [name for name, a in found if name == "section" and "id" not in a] == []


async def test_an_import_is_told_in_a_line_however_much_it_brings(bot: Talk) -> None:
    bot.pages[URL] = OTHER_EVENT
    await said(bot, f"~fetchdb {URL}")
    assert re.search(r"~fetchdb https://example.org/base.json .*, and \d+ more c2$", main(site(bot)["history.html"]))


async def test_a_topic_taken_back_in_the_instant_it_was_said_does_not_hide_the_one_before(bot: Talk) -> None:
    await said(bot, "#nova now cells")
    bot.clock.forward(minutes=5)
    await said(bot, "#nova now pods", "~undo")
    assert "10:05 cells now 10:05–10:05 pods 10:00–10:05 cells" in main(site(bot)["track/nova.html"])


def entries(bot: Talk, count: int) -> Iterator[None]:
    """Have people say something new, over and over."""
    ada = Actor(Identity("irc", "ada"), "ada")
    journal = Journal(bot.store)
    for number in range(count):
        bot.clock.forward(minutes=2)
        track = ("nova", "swift", "docs", "neutron")[number % 4]
        text = f"topic number {number}, which is about cells"
        draft = Draft(bot.store.view)
        put_topic(draft, Topic(track, Now(text, bot.clock.now()), (), "Ballroom A"))
        journal.commit(draft.edits(), at=bot.clock.now(), actor=ada, text=f"#{track} now {text}", subject=track)
        yield


async def test_the_page_ends_after_so_many_entries_and_says_where_the_others_are(bot: Talk) -> None:
    for _ in entries(bot, MOST_ENTRIES + 3):
        pass
    page = site(bot)["history.html"]
    assert sum(name == "li" and "id" in a for name, a in tags(page)) == MOST_ENTRIES
    assert main(page).endswith("3 older entries are in the files of their days, which history.json names.")


# -- what people type breaks nothing --------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>", "</code></li></ol><img src=x onerror=alert(1)>", '" onmouseover="alert(1)',
    "{{ 7*7 }}", "<!-- -->", "&lt;b&gt;", "javascript:alert(1)",
    "https://example.org/\"onclick='x'", "\u202egnp.exe", "</script>",
)  # fmt: skip


async def pages_with(bot: Talk, texts: tuple[str, ...], nick: str) -> dict[str, bytes]:
    for text in texts:
        await said(bot, f"#nova now {text}", f"#nova next {text}", f"#nova location {text}", f"~motd add info {text}")
    await said(bot, "#nova now last", nick=nick)
    return site(bot)


def skeleton(page: bytes) -> list[tuple[str, list[str]]]:
    """Return the tags of a page with the names of their attributes."""
    return [(name, sorted(attributes)) for name, attributes in tags(page)]


async def test_no_text_breaks_out_of_the_history(bot: Talk) -> None:
    harmless = await pages_with(quick_talk(), tuple(f"words {n}" for n in range(len(HOSTILE))), "ada")
    pages = await pages_with(bot, HOSTILE, "<i>ada</i>")
    assert skeleton(pages["history.html"]) == skeleton(harmless["history.html"])
    for text in (*HOSTILE, "<i>ada</i>: #nova now last"):
        assert text in text_of(pages["history.html"])
    told = orjson.loads(site(bot, HistoryFeed)["history/2026-11-23.json"])["history"]
    assert [e["command"] for e in told if e["command"].startswith("#nova now")][:-1] == [
        f"#nova now {text}" for text in HOSTILE
    ]


async def test_no_text_breaks_out_of_a_tracks_page(bot: Talk) -> None:
    page = (await pages_with(bot, HOSTILE, "<i>ada</i>"))["track/nova.html"]
    for name, attributes in tags(page):
        assert name not in {"img", "i", "iframe"}
        assert not [key for key in attributes if key.startswith("on")]
        assert not attributes.get("href", "").startswith("javascript")
        if name == "script":
            assert re.fullmatch(r"\.\./static/\w+\.js\?v=\w+", attributes["src"])
    assert skeleton(page).count(("script", ["defer", "src"])) == [name for name, _ in tags(page)].count("script")


# -- what is made again ---------------------------------------------------------------------------------------------


def counted(view: View, bot: Talk) -> tuple[CountedHtml, HistoryPage, TrackPages]:
    html = CountedHtml(Templates(EVENT))
    history, tracks = HistoryPage(EVENT, html), TrackPages(EVENT, html)
    history.render("history.html", view, bot.clock.now())
    tracks.render("track/nova.html", view, bot.clock.now())
    html.counts.clear()
    return html, history, tracks


async def test_a_new_entry_is_the_only_one_that_is_made(bot: Talk) -> None:
    for _ in entries(bot, 40):
        pass
    html, history, _ = counted(bot.store.public, bot)
    await said(bot, "#nova now something else")
    history.render("history.html", bot.store.public, bot.clock.now())
    assert html.counts == {"history/entry.html": 1}


async def test_an_entry_that_was_taken_back_is_made_again_and_no_other(bot: Talk) -> None:
    for _ in entries(bot, 40):
        pass
    html, history, _ = counted(bot.store.public, bot)
    await said(bot, "~undo")
    page = history.render("history.html", bot.store.public, bot.clock.now())
    assert html.counts == {"history/entry.html": 2}
    assert "taken back by c42 c41" in main(page)


async def test_a_topic_makes_its_own_line_and_the_one_that_it_ends(bot: Talk) -> None:
    for _ in entries(bot, 40):
        pass
    html, _, tracks = counted(bot.store.public, bot)
    await said(bot, "#nova now something else")
    tracks.render("track/nova.html", bot.store.public, bot.clock.now())
    assert html.counts["history/spell.html"] == 2


async def test_parts_of_days_that_are_left_and_of_tracks_that_are_gone_are_not_kept(bot: Talk) -> None:
    _, _, tracks = counted(bot.store.public, bot)

    def kept() -> dict[str, int]:
        for path in tracks.paths(bot.store.public):
            tracks.render(path, bot.store.public, bot.clock.now())
        return {track: len(days) for track, days in tracks._spells.items()}

    await said(bot, "#nova now first")
    bot.clock.forward(days=1)
    await said(bot, "#nova now second")
    before = kept()
    bot.clock.forward(hours=1)
    for number in range(MOST_SPELLS):
        await said(bot, f"#nova now {number}")
    after = kept()
    await said(bot, "~del nova swift")
    tracks.touched(bot.changes[-1], bot.store.public)

    assert (before, after, kept()) == (
        {"nova": 2, "swift": 0, "docs": 0, "neutron": 0},
        {"nova": 1, "swift": 0, "docs": 0, "neutron": 0},
        {"docs": 0, "neutron": 0},
    )


async def test_with_three_thousand_entries_a_topic_holds_nobody_up(bot: Talk) -> None:
    told = entries(bot, 3010)
    for _ in range(3000):
        next(told)
    made = exporters(bot)
    paths = ("track/nova.html", "history.html")
    longest = dict.fromkeys(paths, 10.0)
    for _ in range(6):
        next(told)
        for exporter, path in zip(made, paths, strict=True):
            started = time.process_time()
            exporter.render(path, bot.store.public, bot.clock.now())
            longest[path] = min(longest[path], time.process_time() - started)
    assert max(longest.values()) < 0.05, longest


# -- nothing private ------------------------------------------------------------------------------------------------


async def test_no_account_and_no_private_document_is_on_a_page(bot: Talk) -> None:
    await said(bot, "#nova now cells", nick="ada", account="qxaccount")
    await bot.say("qxgone", "+in qxplace")
    await bot.say("qxgone", "+out")
    await bot.say("qxhere", "+in qxplace")
    await bot.tell("qxsub", "subscribe qxpattern")
    await said(bot, "~newday", "~undo", "~emptydb", "~undo", "~log", "~undo c2")
    await bot.tell("ada", "my data", account="qxaccount")
    bot.clock.forward(hours=25)
    bot.journal.expire(bot.clock.now())
    for path, content in site(bot, HistoryFeed).items():
        assert b"qx" not in content.lower(), path
        assert b"irc/" not in content, path


@pytest.mark.parametrize("command", ["subscribe qxpattern", "unsubscribe", "in qxplace", "out"])
async def test_what_somebody_said_before_they_logged_in_stays_private_afterwards(bot: Talk, command: str) -> None:
    await bot.tell("ada", "in bar")
    await bot.tell("ada", "subscribe before")
    await bot.tell("ada", command, account="ada.l")
    assert orjson.loads(site(bot, HistoryFeed)["history.json"]) == {"days": [], "newest": []}


async def test_a_password_in_a_fetched_address_is_on_no_page(bot: Talk) -> None:
    address = "https://olga:qx1@example.org/base.json?key=qx2#qx3"
    bot.pages[address] = OTHER_EVENT
    await said(bot, f"~fetchdb {address}")
    found = site(bot, HistoryFeed)
    assert {path: b"qx" in content for path, content in found.items()} == dict.fromkeys(found, False)
    assert "history/2026-11-23.json" in found


async def test_until_a_page_turns_time_alone_does_not_alter_it(bot: Talk) -> None:
    await story(bot)
    view, now = bot.store.public, bot.clock.now()
    for exporter in exporters(bot):
        for path in exporter.paths(view):
            turn = exporter.turns(path, view, now)
            later = (turn or now + timedelta(days=400)) - timedelta(seconds=1)
            assert exporter.render(path, view, now) == exporter.render(path, view, later), path
            assert turn is None or exporter.render(path, view, now) != exporter.render(path, view, turn), path
