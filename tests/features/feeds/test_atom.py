"""``changes.atom``: each booking that was made, moved or cancelled, as feed readers know it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from ptgbot.core.identity import Role
from ptgbot.features.feeds.atom import MOST_ENTRIES, ChangesFeed
from ptgbot.features.history.model import Entry
from tests.talk import EVENT, Talk

NS = {"a": "http://www.w3.org/2005/Atom"}
URL = "https://example.org/base.json"
A, P = "Mon 23 Nov 09:00–10:45", "Mon 23 Nov 13:30–15:15"
TUESDAY = "Tue 24 Nov 09:00–10:45"


def read(bot: Talk, feed: ChangesFeed | None = None) -> etree._Element:
    """Return the feed, checked by what RFC 4287 asks of one."""
    root = etree.fromstring((feed or ChangesFeed(EVENT)).render("changes.atom", bot.store.public, bot.clock.now()))
    for element in (root, *root.findall("a:entry", NS)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"a:{name}", NS)) == 1, name
        instant = element.findtext("a:updated", namespaces=NS)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", instant)
        assert re.match(r"(https?://|urn:uuid:)", element.findtext("a:id", namespaces=NS))
        assert len(element.findall("a:link[@rel='alternate']", NS)) == 1
    assert root.tag == f"{{{NS['a']}}}feed"
    assert len(root.findall("a:author/a:name", NS)) == 1
    assert len(root.findall("a:link[@rel='self']", NS)) == 1
    assert len({e.findtext("a:id", namespaces=NS) for e in root.findall("a:entry", NS)}) == len(
        root.findall("a:entry", NS)
    )
    return root


def titles(bot: Talk, feed: ChangesFeed | None = None) -> list[str]:
    return [e.findtext("a:title", namespaces=NS) for e in read(bot, feed).findall("a:entry", NS)]


async def said(bot: Talk, *commands: str) -> None:
    for command in commands:
        bot.clock.forward(minutes=1)
        await bot.say("olga", command, role=Role.ORGANISER)


async def test_what_is_booked_moved_and_cancelled_is_told_the_newest_first(bot: Talk) -> None:
    await said(
        bot,
        "#nova now cells",
        "#docs book Aspen-MonP1",
        "#docs move Aspen-MonP1 Loft-2-MonP1",
        "#docs unbook Loft-2-MonP1",
        "~undo",
    )
    assert titles(bot) == [
        f"docs is booked in Loft-2, {P}",
        f"docs is cancelled in Loft-2, {P}",
        f"docs moved from Aspen, {P} to Loft-2, {P}",
        f"docs is booked in Aspen, {P}",
    ]


async def test_an_entry_has_all_that_readers_show(bot: Talk) -> None:
    await said(bot, "#docs book Aspen-MonP1")
    root = read(bot)
    [entry] = root.findall("a:entry", NS)
    told = [(etree.QName(child).localname, dict(child.attrib), (child.text or "").strip()) for child in entry]
    assert told[1:] == [
        ("title", {}, f"docs is booked in Aspen, {P}"),
        ("published", {}, "2026-11-23T09:01:00Z"),
        ("updated", {}, "2026-11-23T09:01:00Z"),
        ("author", {}, ""),
        ("category", {"term": "booked"}, ""),
        ("category", {"term": "docs"}, ""),
        ("link", {"rel": "alternate", "type": "text/html", "href": "https://example.org/track/docs.html"}, ""),
        ("content", {"type": "text"}, f"docs is booked in Aspen, {P}."),
    ]
    assert entry.findtext("a:author/a:name", namespaces=NS) == "olga"
    assert root.findtext("a:id", namespaces=NS) == "https://example.org/changes.atom"
    assert root.findtext("a:title", namespaces=NS) == "Sample: changes of the schedule"
    assert root.findtext("a:updated", namespaces=NS) == "2026-11-23T09:01:00Z"
    links = [(link.get("rel"), link.get("href")) for link in root.findall("a:link", NS)]
    assert links == [("self", "https://example.org/changes.atom"), ("alternate", "https://example.org/ptg.html")]


async def test_an_import_is_told_booking_by_booking(bot: Talk) -> None:
    bot.pages[URL] = (
        b'{"schedule": {"Aspen": {"MonA1": "neutron", "MonP1": "swift", "TueA1": "nova"},'
        b' "Ballroom A": {"MonA1": "nova"}}}'
    )
    await said(bot, f"~fetchdb {URL}")
    assert sorted(titles(bot)) == [
        f"nova moved from Ballroom A, {P} to Aspen, {TUESDAY}",
        f"swift moved from Loft-2, {TUESDAY} to Aspen, {P}",
    ]


async def test_titles_are_told_and_so_is_another_one_but_not_another_page(bot: Talk) -> None:
    head = "room,day,start,end,track,title,guid,url\n"
    for line in (
        "Hall,2026-11-23,09:00,10:00,a,Locks,1,",
        "Hall,2026-11-23,09:00,10:00,a,Keys,1,",
        "Hall,2026-11-23,09:00,10:00,a,Keys,1,https://example.org/keys",
        "Hall,2026-11-23,11:00,12:00,a,Keys,1,https://example.org/keys",
        "Hall,2026-11-23,11:00,12:00,b,Keys,1,https://example.org/keys",
        "Hall,2026-11-23,11:00,12:00,keys,Keys,1,https://example.org/keys",
    ):
        bot.pages[URL] = f"{head}{line}\n".encode()
        await said(bot, f"~fetchdb {URL}")
    nine, eleven = "Hall, Mon 23 Nov 09:00–10:00", "Hall, Mon 23 Nov 11:00–12:00"
    assert titles(bot)[:5] == [
        f"keys instead of b: Keys in {eleven}",
        f"b: Keys instead of a: Keys in {eleven}",
        f"a: Keys moved from {nine} to {eleven}",
        "a: Keys is the new title of a: Locks in Hall, Mon0900",
        f"a: Locks is booked in {nine}",
    ]
    kinds = [e.find("a:category", NS).get("term") for e in read(bot).findall("a:entry", NS)]
    assert kinds[:5] == ["moved", "moved", "moved", "renamed", "booked"]


async def test_a_slot_that_is_gone_is_told_by_its_name(bot: Talk) -> None:
    await said(bot, "#docs book Aspen-MonP1")
    bot.pages[URL] = b'{"slots": {}}'
    await said(bot, f"~fetchdb {URL}")
    assert titles(bot)[-1] == "docs is booked in Aspen, MonP1"


async def test_a_slot_that_an_import_replaced_is_told_with_the_times_it_had(bot: Talk) -> None:
    head = b"room,day,start,end,track\n"
    for hours in (b"09:00,10:00", b"11:00,12:00"):
        bot.pages[URL] = head + b"Hall,2026-11-23," + hours + b",gardening\n"
        await said(bot, f"~fetchdb {URL}")
    assert titles(bot)[:2] == [
        "gardening moved from Hall, Mon 23 Nov 09:00–10:00 to Hall, Mon 23 Nov 11:00–12:00",
        "gardening is booked in Hall, Mon 23 Nov 09:00–10:00",
    ]


async def test_a_track_that_is_gone_is_linked_to_the_board(bot: Talk) -> None:
    await said(bot, "#docs book Aspen-MonP1", "~del docs")
    links = [link.get("href") for link in read(bot).findall("a:entry/a:link", NS)]
    assert links == ["https://example.org/ptg.html"] * 2


async def test_an_event_without_changes_has_a_feed_too(bot: Talk) -> None:
    assert read(bot).findtext("a:updated", namespaces=NS) == "1970-01-01T00:00:00Z"
    assert titles(bot) == []


async def test_without_an_address_of_the_site_the_feed_has_an_id_of_its_own(bot: Talk) -> None:
    await said(bot, "#docs book Aspen-MonP1")
    root = read(bot, ChangesFeed(replace(EVENT, site_url="")))
    assert root.findtext("a:id", namespaces=NS).startswith("urn:uuid:")
    assert [link.get("href") for link in root.findall("a:link", NS)] == ["changes.atom", "ptg.html"]


@pytest.mark.parametrize(
    ("command", "touches"),
    [
        ("#nova now cells", False),
        ("~motd add info Hello", False),
        ("#nova color red", False),
        ("+in #nova", False),
        ("#docs book Aspen-MonP1", True),
        ("~undo c2", True),
        ("~del nova", True),
    ],
)
async def test_a_change_touches_it_where_it_shows(bot: Talk, command: str, touches: bool) -> None:
    await said(bot, "#swift unbook Loft-2-TueA1", command)
    assert list(ChangesFeed(EVENT).touched(bot.changes[-1], bot.store.public)) == ["changes.atom"] * touches


async def test_what_is_not_touched_reads_as_before_and_a_new_feed_says_the_same(bot: Talk) -> None:
    feed = ChangesFeed(EVENT)
    commands = (
        "#docs book Aspen-MonP1", "#nova now cells", "~undo", "#docs move Aspen-MonP1 Loft-2-MonP1", "~undo",
        "~undo c2", "~undo c6", "~del docs", "~undo", "~emptydb", "~undo", "+in #nova",
    )  # fmt: skip
    for command in commands:
        before = etree.tostring(read(bot, feed))
        await said(bot, command)
        after = etree.tostring(read(bot, feed))
        assert after == etree.tostring(read(bot)), command
        assert after == before or list(feed.touched(bot.changes[-1], bot.store.public)) == ["changes.atom"], command


async def test_ids_stay_the_same_while_newer_entries_come(bot: Talk) -> None:
    feed = ChangesFeed(EVENT)
    await said(bot, "#docs book Aspen-MonP1")
    [first] = [e.findtext("a:id", namespaces=NS) for e in read(bot, feed).findall("a:entry", NS)]
    await said(bot, "#docs unbook Aspen-MonP1", "#docs book Aspen-MonP1")
    assert [e.findtext("a:id", namespaces=NS) for e in read(bot).findall("a:entry", NS)][-1] == first


async def test_it_ends_after_so_many_entries_and_looks_into_each_of_the_history_once(
    bot: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = ChangesFeed(EVENT)
    for _ in range(MOST_ENTRIES // 2 + 3):
        await said(bot, "#docs book Aspen-MonP1", "#docs unbook Aspen-MonP1", "#nova now cells", "#nova clean")
    assert len(titles(bot, feed)) == MOST_ENTRIES
    made: list[int] = []
    original = ChangesFeed._entry

    def count(self: ChangesFeed, entry: Entry, *more: object, **how: object) -> str:
        made.append(entry.number)
        return original(self, entry, *more, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(ChangesFeed, "_entry", count)
    await said(bot, "#docs book Aspen-MonP1")
    read(bot, feed)
    assert made == [bot.store.view.seq]


async def test_what_was_rolled_back_is_not_told(bot: Talk) -> None:
    feed = ChangesFeed(EVENT)
    bot.store.holding = True  # type: ignore[union-attr]
    await said(bot, "#docs book Aspen-MonP1")
    assert len(titles(bot, feed)) == 1
    bot.store.fail("the disk is full")  # type: ignore[union-attr]
    bot.store.holding = False  # type: ignore[union-attr]
    await said(bot, "#docs book Aspen-TueA1")
    assert titles(bot, feed) == [f"docs is booked in Aspen, {TUESDAY}"]


async def test_what_is_too_old_leaves_the_feed(bot: Talk) -> None:
    feed = ChangesFeed(EVENT)
    await said(bot, "#docs book Aspen-MonP1")
    bot.clock.forward(days=400)
    await said(bot, "#docs unbook Aspen-MonP1")
    assert len(titles(bot, feed)) == 2
    bot.journal.expire(bot.clock.now())
    assert list(feed.touched(bot.changes[-1], bot.store.public)) == ["changes.atom"]
    assert titles(bot, feed) == [f"docs is cancelled in Aspen, {P}"]


async def test_text_that_xml_cannot_hold_breaks_nothing(bot: Talk) -> None:
    await bot.say("<b>&\x01", "#docs book Aspen-MonP1", role=Role.ORGANISER)
    assert read(bot).findtext("a:entry/a:author/a:name", namespaces=NS) == "<b>&"
    assert ChangesFeed(EVENT).turns("changes.atom", bot.store.public, bot.clock.now() + timedelta(days=1)) is None
