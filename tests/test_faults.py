"""The nineteen faults of the original bot, each of which must be gone."""

import asyncio
import json
import random
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import icalendar
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ptgbot.catalogue import TABLES, make_exporters
from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.core.commands import Arguments, Call, Command, Door, Outcome, Refused
from ptgbot.core.documents import Table
from ptgbot.core.identity import Role
from ptgbot.core.messages import Send, Target
from ptgbot.delivery import SendQueue
from ptgbot.features.admin.fetch import MAX_BYTES, fetch_url
from ptgbot.features.presence.model import CHECKINS, CheckIn
from ptgbot.features.schedule.model import BOOKINGS, ROOMS, TRACKS, Booking, Room, Track, today
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.networks.irc import IRCNetwork, IRCSettings
from ptgbot.site.publisher import Publisher
from ptgbot.store import Files
from tests.build import sample_data
from tests.fakes import FakeNetwork, MemoryStore, SetClock
from tests.networks.irc.running import CAPS, SETTINGS, running
from tests.pages import tags, text_of
from tests.store.faulty_files import Disk, FaultyFiles, Loss
from tests.store.opening import opened
from tests.talk import CHANNEL, EVENT, SAMPLE, Talk, having, lacking, quick_talk, talk

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def site(bot: Talk) -> dict[str, str]:
    """Return every file that is published, as text."""
    public, now = bot.store.public, bot.clock.now()
    exporters = make_exporters(bot.event, bot.registry)
    return {path: e.render(path, public, now).decode() for e in exporters for path in e.paths(public)}


class Page(HTMLParser):
    """What a reader without JavaScript sees on a page: nothing that is hidden, or folded away until a click."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.styles: dict[str, str] = {}
        self._open: list[tuple[str, bool, bool]] = []  # tag, whether it is seen, whether it is folded
        self._style = ""
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._style = values.get("style") or ""
        _, seen, folded = self._open[-1] if self._open else ("", True, False)
        hidden = tag in ("script", "style", "template") or "hidden" in values or "display:none" in self._style
        seen = seen and not hidden and (not folded or tag == "summary")
        if tag not in ("meta", "link", "br", "img", "input"):
            self._open.append((tag, seen, tag == "details" and "open" not in values))

    def handle_endtag(self, tag: str) -> None:
        if tag in [name for name, _, _ in self._open]:
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1]:
            self.words.append(data)
        if self._style:
            self.styles[data] = self._style
        self._style = ""


def events(calendar: str) -> Iterator[Any]:
    return iter(icalendar.Calendar.from_ical(calendar).walk("VEVENT"))


async def test_fault_01_out_works_for_a_nick_with_capital_letters(bot: Talk) -> None:
    before = bot.state
    await bot.say("AdaL", "+in #nova")
    assert await bot.said("AdaL", "+out") == "You are checked out of #nova. Thanks!"
    assert bot.state == having(before, CHECKINS, CheckIn("irc/~adal", "AdaL", "#nova", NINE, NINE))


@pytest.mark.parametrize("first_day", [None, date(2026, 11, 24)])
def test_fault_02_the_calendar_of_the_projects_own_sample_holds_every_booking(first_day: date | None) -> None:
    data = sample_data()
    keys = {"desc", "url", "cap_icon", "cap_desc"}
    booked = sorted(t for room in data["schedule"].values() for slot, t in room.items() if slot not in keys and t)
    files = site(quick_talk(data, event=Event(first_day=first_day)))
    found = sorted(str(event["SUMMARY"]) for event in events(files["ptg.ics"]))
    # Without a first day nothing tells the dates of its slots: they are left out, and that is no failure.
    assert found == (booked if first_day else [])
    assert {f"{track}.ics" for track in data["tracks"]} <= files.keys()


async def test_fault_02_what_a_room_says_of_itself_is_no_slot_even_where_it_names_a_track() -> None:
    says = {"desc": "nova", "url": "https://example.org/a", "cap_icon": "", "cap_desc": "nova"}
    bot = quick_talk({"tracks": ["nova"], "slots": SAMPLE["slots"], "schedule": {"Aspen": {**says, "MonA1": "nova"}}})
    assert bot.state[ROOMS.name] == {"Aspen": Room("Aspen", 0, ("MonA1",), **says)}
    assert bot.state[BOOKINGS.name] == {"booking1": Booking("booking1", "nova", "Aspen", "MonA1", 0, NINE)}
    assert [str(event["SUMMARY"]) for event in events(site(bot)["ptg.ics"])] == ["nova – Sample"]


async def test_fault_03_no_pattern_makes_the_bot_wait(bot: Talk) -> None:
    await bot.say("sam", r"+subscribe (\w+\s*)+$")
    begun = time.process_time()
    for _ in range(10):
        await bot.say("ada", f"#nova now {'a' * 400}!")
    assert time.process_time() - begun < 1
    assert await bot.say("ada", "#nova now cells") == [("sam", "now in #nova (Ballroom A): cells")]


async def test_fault_04_sixty_subscribers_do_not_keep_anybody_else_waiting(bot: Talk) -> None:
    class Slow(FakeNetwork):
        async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
            receipt = await super().post(target, line, ticket=ticket)
            posted.set()
            await gate.wait()
            return receipt

    gate, posted = asyncio.Event(), asyncio.Event()
    network = Slow()
    queue = SendQueue([network])
    for n in range(60):
        await bot.say(f"sub{n}", "+subscribe nova")
    await bot.say("ada", "#nova now cells")
    for send in bot.sent:
        queue.submit(send)
    async with asyncio.timeout(5):
        running = asyncio.ensure_future(queue.run())
        await posted.wait()
        for target, text in await bot.say("bob", "+in the pub"):
            queue.submit(Send(Target("irc", target), text))
        gate.set()
        await queue.emptied()
        running.cancel()
        await asyncio.wait({running})
    assert len(network.posted) == 61
    assert network.posted[1] == (CHANNEL, "bob: You are checked in to the pub. Thanks! Say 'out' when you leave.")


async def test_fault_05_what_was_answered_is_there_after_a_crash_in_the_middle_of_writing(tmp_path: Path) -> None:
    async with talk(tmp_path / "a") as bot:
        await bot.say("ada", "#nova now cells")
        state = bot.state
        shutil.copytree(tmp_path / "a", tmp_path / "b")
    newest = max((tmp_path / "b" / "store").glob("*.log*"), key=lambda path: path.name)
    whole = newest.read_bytes()
    newest.write_bytes(whole + whole.splitlines()[-1][:40])
    async with talk(tmp_path / "b") as bot:
        assert bot.state == state


class SlowDisk(Files):
    """A disk that is slow to sync, and tells what it did."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def write(self, fd: int, data: bytes) -> None:
        super().write(fd, data)
        self.events.append("written")

    def sync(self, fd: int) -> None:
        time.sleep(0.05)  # long enough for whoever does not wait for it
        super().sync(fd)
        self.events.append("synced")


async def test_fault_05_an_answer_is_given_once_its_change_is_on_disk(tmp_path: Path) -> None:
    disk = SlowDisk()
    async with opened(tmp_path / "ptg.json", disk, tables=TABLES) as store:
        bot = Talk(store, SetClock(), EVENT)
        bot.dispatcher._submit = lambda send: disk.events.append(send.lead + send.text)
        disk.events.clear()
        await bot.say("ada", "+in the pub")
        answer = "ada: You are checked in to the pub. Thanks! Say 'out' when you leave."
        assert disk.events == ["written", "synced", answer]


async def test_fault_05_a_power_cut_at_any_moment_loses_nothing_that_was_answered() -> None:
    path, tracks, answered = Path("/store/ptg.json"), ["one", "two", "three"], 0
    moments: list[tuple[Disk, int]] = []
    files = FaultyFiles(before=lambda number: moments.append((files.disk.copy(), answered)))
    for track in tracks:
        async with opened(path, files, tables=TABLES) as store:  # its end replaces the checkpoint of the run before
            await Talk(store, SetClock(), EVENT).op(f"~add {track}")
            answered += 1
    for disk, count in moments:
        for loss in Loss:
            left = disk.after_power_cut(loss, random.Random(0))
            async with opened(path, FaultyFiles(left), tables=TABLES) as store:
                assert list(store.view.all(TRACKS)) in (tracks[:count], tracks[: count + 1])
    checkpoint = orjson.loads(files.read(path) or b"{}")
    assert [row["document"]["name"] for row in checkpoint["tracks"].values()] == tracks


async def test_fault_06_subscriptions_and_where_people_were_are_published_nowhere(bot: Talk, tmp_path: Path) -> None:
    for account in ("", "samaccount"):  # at first somebody is not logged in
        await bot.say("samnick", f"+subscribe swift|secretpattern{account}", account=account)
    for account in ("", "goneaccount"):
        await bot.say("gonenick", f"+in the secretpub{account}", account=account)
    await bot.say("gonenick", "+out", account="goneaccount")
    await bot.say("herenick", "+in the secretbar")
    await bot.say("ada", "#swift now rings")
    for text in ("~newday", "~undo", "~emptydb", "~undo", "~log"):
        await bot.op(text)
    await bot.say("herenick", "+in the lounge")
    await Publisher(tmp_path, make_exporters(bot.event, bot.registry), bot.store, bot.clock).publish_all()
    files = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"ptg.json", "history.json", "history.html", "ptg.html", "ptg.ics"} <= files.keys()
    tables: tuple[Table[Any], ...] = TABLES
    files["the view that exporters have"] = repr([dict(bot.store.public.all(table)) for table in tables])
    secrets = ("secretpattern", "samnick", "samaccount", "secretpub", "gonenick", "goneaccount", "secretbar")
    assert [(path, secret) for path, text in files.items() for secret in secrets if secret in text] == []
    published = json.loads(files["ptg.json"])
    assert (published["last_check_in"].keys(), "subscriptions" in published) == ({"herenick"}, False)


async def test_fault_07_whoever_takes_the_nick_of_an_account_owns_nothing_of_it(bot: Talk) -> None:
    await bot.say("ada", "+subscribe nova", account="ada")
    await bot.say("ada", "+in #nova", account="ada")
    before = bot.state
    assert await bot.said("ada", "+subscribe") == (
        "You have no subscription. Say 'subscribe REGEX' to hear of topics that match."
    )
    assert await bot.said("ada", "+unsubscribe") == "You have no subscription."
    assert await bot.said("ada", "+out") == "You never checked in anywhere: say 'in LOCATION' first."
    assert bot.state == before
    await bot.say("ada", "+subscribe swift")
    await bot.say("ada", "+in the pub")
    assert bot.state[SUBSCRIPTIONS.name].keys() == bot.state[CHECKINS.name].keys() == {"irc/ada", "irc/~ada"}
    assert await bot.said("newnick", "+unsubscribe", account="ada") == "Your subscription is gone (it was: nova)."
    assert await bot.said("newnick", "+out", account="ada") == "You are checked out of #nova. Thanks!"


@pytest.mark.parametrize("caps", [CAPS, "account-tag", "extended-join account-notify"])
async def test_fault_07_what_the_network_says_of_accounts_decides_and_not_the_nick(bot: Talk, caps: str) -> None:
    owner = ":newnick!~owner@host PRIVMSG #ptg :+unsubscribe"
    async with running() as run:
        peer = await run.peer(caps=caps)
        peer.send(":ada!~ada@host JOIN #ptg ada :Ada", "@account=ada :ada!~ada@host PRIVMSG #ptg :+subscribe nova")
        peer.send(":ada!~ada@host QUIT :", ":ada!~eve@host JOIN #ptg * :Eve")
        peer.send(":ada!~eve@host PRIVMSG #ptg :+unsubscribe", ":ada!~eve@host PRIVMSG bot :subscribe")
        peer.send(":newnick!~owner@host JOIN #ptg * :Ada", owner, ":newnick!~owner@host ACCOUNT ada")
        peer.send(f"@account=ada {owner}")
        for message in await run.hears(5):
            bot.dispatcher.accept(message)
    assert [send.lead + send.text for send in bot.sent] == [
        "ada: You are subscribed to: nova (there was no topic yet today)",
        "ada: You have no subscription.",
        "You have no subscription. Say 'subscribe REGEX' to hear of topics that match.",
        "newnick: You have no subscription.",
        "newnick: Your subscription is gone (it was: nova).",
    ]


@pytest.mark.parametrize("channel", [CHANNEL, None])
async def test_fault_08_what_an_exception_says_is_told_to_nobody(channel: str | None) -> None:
    def broken(call: Call) -> Outcome:
        raise RuntimeError("s3cret")

    async def unfetched(arguments: Arguments) -> None:
        raise RuntimeError("s3cret")

    async def unfinished() -> None:
        raise RuntimeError("s3cret")

    bot = quick_talk(
        more=(
            Command(Door.USER, "broken", "breaks", broken),
            Command(Door.USER, "unfetched", "breaks", broken, fetch=unfetched),
            Command(Door.USER, "unfinished", "breaks", lambda call: Outcome(after=unfinished)),
        )
    )
    before = bot.state
    sorry = [("ada", "Something went wrong on my side and nothing was changed. Please tell an organiser.")]
    again = "That is not finished: something went wrong. Please say it again."
    assert await bot.say("ada", "+broken", channel=channel) == sorry
    assert await bot.say("ada", "+unfetched", channel=channel) == sorry
    assert await bot.say("ada", "+unfinished", channel=channel) == (
        [(CHANNEL, f"ada: {again}")] if channel else [("ada", again)]
    )
    assert bot.state == before


async def test_fault_08_the_network_says_nothing_of_what_goes_wrong_further_in() -> None:
    async with running() as run:
        peer = await run.peer()
        for target in ("bot", "#ptg"):
            peer.say("ada", target, "raise")  # whoever is given this raises
        peer.send("PING :after")
        assert await peer.line() == "PONG :after"


EVIL = "\"'><img src=x onerror=alert(1)></style></script><script>alert(2)</script>"


async def test_fault_09_what_is_no_colour_and_no_web_address_is_taken_by_no_command(bot: Talk) -> None:
    before = bot.state
    for evil in ("red;}body{display:none", "red}", "url(//x)", f"#fff{EVIL}"):
        assert re.match(r"'.+' is no colour: |'color' takes only CSS: ", await bot.said("ada", f"#nova color {evil}"))
    for verb in ("url", "etherpad"):
        for evil in ("javascript:alert(1)", "data:text/html,x", "https://example.org/<b>", '/"onload="x'):
            assert (await bot.said("ada", f"#nova {verb} {evil}")).startswith(f"'{evil}' is no link: ")
    assert (bot.state, bot.changes) == (before, [])


async def test_fault_09_whatever_people_and_files_say_is_text_on_every_page() -> None:
    said = {
        name: f"{name} {EVIL}" for name in "day slot times room free desc sign title topic next place motd nick".split()
    }
    own = {"desc": said["desc"], "cap_icon": EVIL, "cap_desc": said["sign"]}
    bot = quick_talk(
        {
            "eventid": "sample",
            "tracks": ["nova"],
            "slots": {said["day"]: [{"name": said["slot"], "desc": f"09:00-10:00 {said['times']}"}]},
            "schedule": {said["room"]: {**own, said["slot"]: "nova"}, said["free"]: {said["slot"]: ""}},
            "links": {said["title"]: "https://example.org/?'onclick=x&y"},
        }
    )
    draft = Draft(bot.store.view)
    draft.put(TRACKS, Track("nova", f"red;}}body{{display:none}}{EVIL}"))  # as no command would leave it
    bot.store.commit(draft.edits(), at=NINE)
    await bot.say("ada", f"#nova now {said['topic']}")
    await bot.say("ada", f"#nova next {said['next']}")
    await bot.say("ada", f"#nova location {said['place']}")
    await bot.say("ada", "#nova url https://example.org/?'onclick=x&y")
    await bot.say(said["nick"], "+in #nova")
    await bot.op(f"~motd add info {said['motd']}")
    pages = {path: text for path, text in site(bot).items() if path.endswith(".html")}
    found = [(path, tag, attributes) for path, page in pages.items() for tag, attributes in tags(page)]
    assert [one for one in found if one[1] in ("img", "style") or any(name.startswith("on") for name in one[2])] == []
    scripts = [attributes.get("src", "") for _, tag, attributes in found if tag == "script"]
    assert [source for source in scripts if not re.fullmatch(r"(\.\./)?static/\w+\.js\?v=\w+", source)] == []
    styles = {attributes["style"] for _, _, attributes in found if "style" in attributes}
    assert [style for style in styles if not re.fullmatch(r"(--[a-z]+:(#[0-9a-f]{6}|\d+);?)+", style)] == []
    links = [attributes.get("href") or attributes.get("src") or "" for _, _, attributes in found]
    assert {urlsplit(link).scheme for link in links} <= {"", "http", "https", "webcal"}
    board, index = text_of(pages["ptg.html"]), text_of(pages["index.html"])
    assert [name for name, text in said.items() if text not in (index if name == "title" else board)] == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.1/", "http://[::1]:8000/", "http://localhost/x"])
async def test_fault_10_fetchdb_reaches_no_private_place(url: str) -> None:
    with pytest.raises(Refused, match=r"is no http or https address|is an address of a private network"):
        await fetch_url(url)


@asynccontextmanager
async def web_server() -> AsyncIterator[tuple[TestServer, list[str]]]:
    """Give a web server on this machine, and what it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path == "/moved":
            raise web.HTTPFound("http://10.0.0.1/secret")
        stream = web.StreamResponse()
        await stream.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await stream.write(b" " * (1_000_000 if request.path == "/large" else 1))
            await asyncio.sleep(0.001)
        return stream

    app = web.Application()
    app.router.add_get("/{any}", answer)
    server = TestServer(app, handler_cancellation=True)
    await server.start_server()
    try:
        yield server, asked
    finally:
        await server.close()


@pytest.mark.parametrize(
    ("page", "seconds", "why"),
    [("large", 10, "is larger than 5 MB"), ("slow", 0.2, "did not answer within 0.2 seconds")],
)
async def test_fault_10_fetchdb_gives_up_what_is_too_large_or_takes_too_long(
    page: str, seconds: float, why: str
) -> None:
    class Online(Talk):
        async def _fetch(self, url: str) -> bytes:
            return await fetch_url(url, private=True, seconds=seconds)

    bot = Online(MemoryStore(TABLES), SetClock(), EVENT)
    async with web_server() as (server, _), asyncio.timeout(10):
        url = str(server.make_url(f"/{page}"))
        assert await bot.op(f"~fetchdb {url}") == [(CHANNEL, f"olga: {url} {why}.")]
    assert bot.changes == []
    assert (MAX_BYTES, fetch_url.__kwdefaults__) == (5 * 1024 * 1024, {"private": False, "seconds": 15.0})


async def test_fault_10_no_name_and_no_redirect_leads_fetchdb_to_a_private_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with web_server() as (server, asked):
        address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: [address])
        with pytest.raises(Refused, match=r"^innocent\.example is an address of a private network"):
            await fetch_url(f"http://innocent.example:{server.port}/large")
        assert asked == []
        # For the rest of this test, this machine is the internet.
        monkeypatch.setattr("ptgbot.features.admin.fetch.is_public_address", lambda address: address == "127.0.0.1")
        with pytest.raises(Refused, match=r"^10\.0\.0\.1 is an address of a private network"):
            await fetch_url(f"http://innocent.example:{server.port}/moved", seconds=2)


async def test_fault_10_half_valid_data_replaces_nothing(bot: Talk) -> None:
    before = bot.state
    half = {**SAMPLE, "eventid": "other", "tracks": ["new"], "slots": {"Monday": [{"desc": "no name"}]}}
    bot.pages["https://example.org/half"] = orjson.dumps(half)
    assert await bot.op("~fetchdb https://example.org/half") != []
    assert (bot.state, bot.changes) == (before, [])


async def test_fault_11_rooms_with_a_blank_or_a_hyphen_can_be_booked(bot: Talk) -> None:
    before = bot.state
    assert await bot.said("ada", "#docs book Ballroom A-TueA1") == "Ballroom A is now booked on TueA1 for docs."
    assert await bot.said("ada", "#docs book Loft-2-MonP1") == "Loft-2 is now booked on MonP1 for docs."
    assert bot.state == having(
        before,
        BOOKINGS,
        Booking("id1", "docs", "Ballroom A", "TueA1", 0, NINE),
        Booking("id2", "docs", "Loft-2", "MonP1", 0, NINE),
    )


async def test_fault_12_calendar_events_have_a_stamp_and_a_name_that_survives_a_move(bot: Talk) -> None:
    def known() -> dict[str, tuple[datetime, datetime, int]]:
        found = events(site(bot)["neutron.ics"])
        return {str(e["UID"]): (e["DTSTAMP"].dt, e["DTSTART"].dt, int(e.get("SEQUENCE", 0))) for e in found}

    [(uid, (stamp, start, sequence))] = known().items()
    assert (stamp, start) == (NINE, datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    bot.clock.forward(hours=1)
    await bot.said("ada", "#neutron move Aspen-MonA1 Ballroom A-TueA1")
    moved = (NINE + timedelta(hours=1), datetime(2026, 11, 24, 8, 0, tzinfo=UTC), sequence + 3600)
    assert known() == {uid: moved}


@pytest.mark.parametrize("text", ["~newday", "~emptydb", "#nova unbook Ballroom A-MonA1"])
async def test_fault_13_log_says_who_made_a_change_and_undo_takes_it_back(bot: Talk, text: str) -> None:
    await bot.say("ada", "#nova now cells")
    await bot.say("ada", "+in #nova")
    await bot.say("sam", "+subscribe swift")
    before = bot.state
    await bot.say("olga", text, role=Role.ORGANISER, account="olga.o")
    assert bot.state != before
    [line] = await bot.told("olga", "~log 1", role=Role.ORGANISER)
    assert line.partition(" [")[0] == f"c5 Mon 23 Nov 10:00 olga (irc/olga.o): {text}"
    assert await bot.op("~undo") == [(CHANNEL, f"olga: Taken back: c5 ({text}, olga).")]
    assert bot.state == before


async def test_fault_14_text_on_a_badge_can_be_read_on_every_colour(bot: Talk) -> None:
    for color, style in (
        ("yellow", "--badge:#ffff00;--ink:#000000"),
        ("white", "--badge:#ffffff;--ink:#000000"),
        ("navy", "--badge:#000080;--ink:#ffffff"),
    ):
        await bot.say("ada", f"#nova color {color}")
        assert Page(site(bot)["ptg.html"]).styles["nova"] == style


async def test_fault_15_without_javascript_all_of_today_is_there_to_see(bot: Talk) -> None:
    await bot.say("ada", "#nova now discussing cells")
    await bot.say("ada", "#swift next rings at three")
    await bot.say("Bea", "+in #nova")
    await bot.op("~motd add info Lunch at noon")
    files = site(bot)
    board, screen = Page(files["ptg.html"]).text, Page(files["signage.html"]).text
    grid = ("Monday", "MonA1", "09:00 - 10:45", "Aspen", "neutron", "Aspen-MonP1", "Ballroom A", "Loft-2-MonP1")
    shown = ("discussing cells", "1 here: Bea", "Ballroom A", "rings at three", "Lunch at noon", *grid, "Tuesday")
    assert [text for text in shown if text not in board] == []
    assert [text for text in ("discussing cells", "Lunch at noon", "Monday", "neutron") if text not in screen] == []


def test_fault_16_an_event_longer_than_a_week_or_seen_in_the_week_before_shows_the_right_day() -> None:
    slots = {f"Day {n}": [{"name": f"S{n}", "desc": "09:00-10:00"}] for n in range(1, 11)}
    bot = quick_talk({"slots": slots})

    def day(after: int) -> str:
        found = today(bot.store.view, EVENT, NINE + timedelta(days=after))
        return found.day.name if found else ""

    assert [day(after) for after in (-5, 0, 1, 7, 8, 9, 10)] == [
        *("Day 1", "Day 1", "Day 2", "Day 8", "Day 9", "Day 10", "Day 1")
    ]
    week = quick_talk()
    week.clock.time = NINE - timedelta(days=6)  # a Tuesday
    assert today(week.store.view, EVENT, week.clock.now()) == today(week.store.view, EVENT, NINE)
    text = text_of(site(week)["ptg.html"])
    assert "Monday 23 November 2026" in text and "Tuesday 24 November 2026" in text
    assert "24 November 2026 today" not in text


async def test_fault_17_a_deleted_track_leaves_nothing_behind(bot: Talk) -> None:
    before = bot.state
    for text in ("now x", "next y", "location z", "url https://example.org", "color red"):
        await bot.say("ada", f"#nova {text}")
    assert await bot.op("~del nova") == []
    after = lacking(lacking(before, BOOKINGS, "booking2", "booking3"), TRACKS, "nova")
    assert bot.state == after
    assert all("nova" not in text for path, text in site(bot).items() if path in {"ptg.html", "ptg.json"})
    told = {(str(e["SUMMARY"]), e["STATUS"]) for e in events(site(bot)["nova.ics"])}
    assert told == {("Cancelled: nova – Sample", "CANCELLED")}
    bot.clock.forward(hours=49)
    bot.calendar.catch_up(bot.clock.now())
    assert all("nova" not in text for path, text in site(bot).items() if path in {"nova.ics", "ptg.ics"})


async def test_fault_18_names_are_the_same_in_every_case(bot: Talk) -> None:
    before = bot.state
    assert await bot.op("~add Gardening GARDENING") == []
    added = bot.state[TRACKS.name]["gardening"]
    assert bot.state == having(before, TRACKS, added) and added.name == "gardening"
    assert await bot.op("~add gardenING Nova") == [(CHANNEL, "olga: gardening, nova were there already.")]
    bot.pages["https://example.org/two"] = orjson.dumps({"tracks": ["Cooking", "cooking"]})
    assert await bot.op("~fetchdb https://example.org/two") == [
        (CHANNEL, "olga: Nothing was imported: the tracks 'Cooking' and 'cooking' would both be 'cooking'.")
    ]
    assert bot.state == having(before, TRACKS, added)


@pytest.mark.parametrize("name", ["../etc", "a/b", "a b\\c", "index", "-x", ".hidden", "x" * 51])
async def test_fault_18_what_is_no_file_name_is_not_added(bot: Talk, name: str) -> None:
    before = bot.state
    wrong = name.rsplit(maxsplit=1)[-1]
    [(target, reply)] = await bot.op(f"~add {name}")
    assert (target, reply.partition(" cannot be a track: ")[0]) == (CHANNEL, f"olga: Nothing was added: '{wrong}'")
    assert bot.state == before


def test_fault_19_a_long_message_is_cut_where_we_say_and_never_inside_a_character() -> None:
    network = IRCNetwork(IRCSettings(nick="ptgbot", password="", server="irc.example.org", port=6697, channel=CHANNEL))
    text = " ".join(["päivää", "👩‍🚀", "日本語" * 80] * 20)
    lines = network.split(Send(Target("irc", CHANNEL), text))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert sum(line.count("👩‍🚀") for line in lines) == 20
    prefix = f":ptgbot!~ptgbot@{'h' * 63} PRIVMSG {CHANNEL} :"
    assert max(len(f"{prefix}{line}\r\n".encode()) for line in lines) <= 512


@pytest.mark.parametrize("whole", ["👨\u200d👩\u200d👧\u200d👦", "🇫🇮", "👍🏿", "a\u0308\u0323", "❤\ufe0f", "日"])
async def test_fault_19_no_line_of_a_word_longer_than_itself_ends_inside_what_people_see_as_one(whole: str) -> None:
    async with running(replace(SETTINGS, burst=100)) as run:
        peer = await run.peer()
        queue = SendQueue([run.network])
        target = Target("irc", CHANNEL)
        queue.submit(Send(target, f"see {whole * 200}!"))
        sending = asyncio.ensure_future(queue.run())
        heard = [await peer.expect("PRIVMSG #ptg :see")]
        most = run.network.room(target) // len(whole.encode())
        full, rest = divmod(200, most)
        for count in [most] * full:
            heard.append(await peer.expect("PRIVMSG .*"))
            assert heard[-1] == f"PRIVMSG #ptg :{whole * count}"
        assert await peer.expect("PRIVMSG .*") == f"PRIVMSG #ptg :{whole * rest}!"
        sending.cancel()
        await asyncio.wait({sending})
    assert max(len(f":{'n' * 3}!~bot@{'h' * 63} {line}\r\n".encode()) for line in heard) <= 512
