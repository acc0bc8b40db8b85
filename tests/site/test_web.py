"""The small web server: what it hands out, what it keeps back, and how it ends."""

import asyncio
import gzip
import hashlib
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
import pytest
from multidict import CIMultiDictProxy
from yarl import URL

from ptgbot.core.clock import Event
from ptgbot.site import folder as folder_module
from ptgbot.site import web
from ptgbot.site.folder import File, Folder, read
from ptgbot.site.html import Templates
from ptgbot.site.web import Server, serve

ROOT = Path(__file__).parents[2]
LONG = "<p>nova is on</p>" * 200


class Client:
    """Asks the server, and takes answers as they come over the wire."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self.session = session
        self.root = f"http://127.0.0.1:{port}"

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        # As it is: a client tidies "/../" away before it asks.
        url = URL(self.root + path, encoded=True)
        async with self.session.request(method, url, headers=named) as answer:
            return answer.status, answer.headers, await answer.read()


MISSING = (
    '<h1>There is no such page</h1><link href="static/site.css?v=1"><a href="ptg.html">Board</a>'
    '<a href="#main">Skip</a><a href="/elsewhere">a</a><a href="https://example.org/">b</a>'
    '<a href="mailto:ada@example.org">c</a>'
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "track").mkdir(parents=True)
    (folder / "static").mkdir()
    for name, text in {
        "index.html": "the links",
        "404.html": MISSING,
        "ptg.html": LONG,
        "ptg.json": "{}",
        "ptg.ics": "BEGIN:VCALENDAR",
        "nova.ics": "BEGIN:VCALENDAR",
        "style.css": "a{}",
        "page.js": "1",
        "README.md": "read me",
        "changes.atom": "<feed/>",
        "schedule.xml": "<schedule/>",
        "ptg.txt": "nova is on",
        "live.json": "{}",
        "static/site.js": "1",
        "track/nova.html": "nova",
        ".ptgbot-files.json": "hidden",
        ".ptg.html.ptgbot-new": "half",
        "track/.secret": "hidden",
    }.items():
        (folder / name).write_text(text)
    (tmp_path / "outside.txt").write_text("outside")
    return folder


@pytest.fixture
async def server(site: Path) -> AsyncIterator[Server]:
    running = await serve(site, "127.0.0.1", 0)
    yield running
    await running.stop()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as session:
        yield Client(session, server.port)


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/index.html", "text/html; charset=utf-8", "the links"),
        ("/ptg.html", "text/html; charset=utf-8", LONG),
        ("/ptg.json", "application/json", "{}"),
        ("/ptg.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR"),
        ("/nova.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR"),
        ("/style.css", "text/css; charset=utf-8", "a{}"),
        ("/page.js", "text/javascript; charset=utf-8", "1"),
        ("/README.md", "text/plain; charset=utf-8", "read me"),
        ("/changes.atom", "application/atom+xml; charset=utf-8", "<feed/>"),
        ("/schedule.xml", "application/xml", "<schedule/>"),
        ("/ptg.txt", "text/plain; charset=utf-8", "nova is on"),
        ("/track/nova.html", "text/html; charset=utf-8", "nova"),
        ("/track/nova.html?room=Attic", "text/html; charset=utf-8", "nova"),
    ],
)
async def test_a_published_file_comes_with_its_type(client: Client, path: str, kind: str, body: str) -> None:
    status, headers, content = await client.ask(path)

    assert (status, headers["Content-Type"], content.decode()) == (200, kind, body)


async def test_every_answer_is_safe_to_show(client: Client) -> None:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline';"
        " img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
        " base-uri 'none'; form-action 'none'"
    )
    for method, path in (("GET", "/ptg.html"), ("GET", "/missing"), ("POST", "/ptg.html")):
        _, headers, _ = await client.ask(path, method)
        names = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Server")
        assert [headers[name] for name in names] == [policy, "nosniff", "no-referrer", "ptgbot-web"]


@pytest.mark.parametrize(
    "path",
    [
        "/missing.html",
        "/track",
        "/track/",
        "/track/../ptg.html",
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/track/..%5c..%5coutside.txt",
        "//ptg.html",
        "/.ptgbot-files.json",
        "/.ptg.html.ptgbot-new",
        "/track/.secret",
        "/ptg.html%00",
        "/ptg.html/",
        "/ptg.html/x",
        "/" + "x" * 5000,
        "/%ff%fe",
        "/link-out.txt",
        "/folder-out/outside.txt",
        "/link-hidden.txt",
        "/link-loop",
        "/pipe",
    ],
)
async def test_what_is_not_of_the_site_is_not_there(client: Client, site: Path, path: str) -> None:
    (site / "link-out.txt").symlink_to(site.parent / "outside.txt")
    (site / "folder-out").symlink_to(site.parent)
    (site / "link-hidden.txt").symlink_to(".ptgbot-files.json")
    (site / "link-loop").symlink_to("link-loop")
    os.mkfifo(site / "pipe")
    status, headers, content = await client.ask(path)

    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"There is no such page" in content
    assert b"outside" not in content


@pytest.mark.parametrize(("path", "up"), [("/gone.html", ""), ("/track/gone.html", "../"), ("/a/b/c", "../../")])
async def test_the_page_for_what_is_not_there_leads_back_from_any_folder(client: Client, path: str, up: str) -> None:
    status, headers, content = await client.ask(path)

    assert (status, headers["Cache-Control"]) == (404, "no-store")
    wanted = MISSING.replace('href="static', f'href="{up}static').replace('href="ptg', f'href="{up}ptg')
    assert content.decode() == wanted


async def test_a_site_without_such_a_page_says_so_in_words(client: Client, site: Path) -> None:
    (site / "404.html").unlink()

    assert (await client.ask("/gone.html"))[::2] == (404, b"There is no such page.\n")


async def test_who_names_no_page_is_sent_to_the_board(client: Client, site: Path) -> None:
    async with client.session.get(f"{client.root}/?q=nova", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "ptg.html?q=nova")
        assert answer.headers["Server"] == "ptgbot-web"
    assert (await client.ask("/"))[::2] == (200, LONG.encode())

    (site / "ptg.html").unlink()
    assert (await client.ask("/"))[::2] == (200, b"the links")


async def test_a_link_within_the_site_is_followed(client: Client, site: Path) -> None:
    (site / "today.html").symlink_to("ptg.html")

    assert (await client.ask("/today.html"))[::2] == (200, LONG.encode())


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
async def test_nothing_but_reading_is_allowed(client: Client, method: str) -> None:
    status, headers, _ = await client.ask("/ptg.html", method)

    assert (status, headers["Allow"]) == (405, "GET,HEAD")


async def test_head_tells_the_same_without_the_content(client: Client) -> None:
    _, got, _ = await client.ask("/ptg.html")
    status, headers, content = await client.ask("/ptg.html", "HEAD")

    assert (status, content, headers["Content-Length"]) == (200, b"", str(len(LONG)))
    assert {**headers, "Date": ""} == {**got, "Date": ""}


async def test_who_has_the_page_is_told_that_it_is_the_same(client: Client, site: Path) -> None:
    os.utime(site / "ptg.html", (1_700_000_000.5, 1_700_000_000.5))
    _, first, _ = await client.ask("/ptg.html")
    by_tag = await client.ask("/ptg.html", If_None_Match=first["ETag"])
    by_weak_tag = await client.ask("/ptg.html", If_None_Match=f'"x", W/{first["ETag"]}')
    by_date = await client.ask("/ptg.html", If_Modified_Since=first["Last-Modified"])

    assert first["Last-Modified"] == "Tue, 14 Nov 2023 22:13:21 GMT"
    for status, headers, content in (by_tag, by_weak_tag, by_date):
        assert (status, content) == (304, b"")
        assert [headers[name] for name in ("ETag", "Vary", "Cache-Control")] == [
            first["ETag"],
            "Accept-Encoding",
            "no-cache",
        ]
        assert "Content-Type" not in headers


async def test_who_has_an_older_page_gets_the_new_one(client: Client, site: Path) -> None:
    _, first, _ = await client.ask("/ptg.html")
    (site / "new").write_text("next")
    (site / "new").replace(site / "ptg.html")
    answers = [
        await client.ask("/ptg.html", If_None_Match=first["ETag"]),
        await client.ask("/ptg.html", If_None_Match=first["ETag"], If_Modified_Since=first["Last-Modified"]),
    ]

    assert [(status, content) for status, _, content in answers] == [(200, b"next"), (200, b"next")]
    assert answers[0][1]["ETag"] != first["ETag"]


async def test_a_change_within_the_second_of_the_last_one_is_not_missed_by_who_asks_by_date(
    client: Client, site: Path
) -> None:
    soon = time.time() + 0.9  # dates have no fractions; both files are as new as a file can be
    (site / "ptg.html").write_text("first")
    os.utime(site / "ptg.html", (soon, soon))
    _, first, _ = await client.ask("/ptg.html")
    (site / "ptg.html").write_text("newer")
    os.utime(site / "ptg.html", (soon + 0.01, soon + 0.01))
    status, _, content = await client.ask("/ptg.html", If_Modified_Since=first["Last-Modified"])

    assert (status, content) == (200, b"newer")
    assert parsedate_to_datetime(first["Last-Modified"]) <= datetime.now(UTC)


async def test_the_tag_depends_on_the_content_alone(client: Client, site: Path) -> None:
    _, first, _ = await client.ask("/ptg.html")
    os.utime(site / "ptg.html", (1_700_000_000, 1_700_000_000))

    assert (await client.ask("/ptg.html"))[1]["ETag"] == first["ETag"]


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("gzip;q=what", False),
        ("br", False),
        ("", False),
    ],
)
async def test_a_long_text_is_compressed_for_who_can_read_that(client: Client, accepted: str, zipped: bool) -> None:
    status, headers, content = await client.ask("/ptg.html", Accept_Encoding=accepted)

    assert (status, headers.get("Content-Encoding"), headers["Vary"]) == (
        200,
        "gzip" if zipped else None,
        "Accept-Encoding",
    )
    assert (gzip.decompress(content) if zipped else content) == LONG.encode()
    assert (await client.ask("/ptg.html", If_None_Match=headers["ETag"]))[0] == 304


async def test_what_would_gain_nothing_is_not_compressed(client: Client, site: Path) -> None:
    (site / "logo.png").write_bytes(b"\x89PNG" + bytes(5000))
    (site / "noise.bin").write_bytes(os.urandom(5000))
    encodings = [
        (await client.ask(path, Accept_Encoding="gzip"))[1].get("Content-Encoding")
        for path in ("/index.html", "/logo.png", "/noise.bin")
    ]

    assert encodings == [None, None, None]


async def test_pages_of_other_sites_may_read_the_feeds(client: Client) -> None:
    feeds = ("/ptg.json", "/ptg.ics", "/changes.atom", "/schedule.xml", "/ptg.txt")
    names = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
    allowed = {}
    for path in (*feeds, "/ptg.html", "/missing.json"):
        _, headers, _ = await client.ask(path)
        allowed[path] = tuple(headers.get(name) for name in names)

    assert allowed == {**dict.fromkeys(feeds, ("*", "ETag")), "/ptg.html": (None, None), "/missing.json": (None, None)}


async def test_pages_of_other_sites_may_ask_whether_a_feed_is_another_one(client: Client) -> None:
    answers = {}
    for path in ("/ptg.json", "/track/nova.ics", "/missing.atom"):
        status, headers, body = await client.ask(path, "OPTIONS")
        answers[path] = (status, {name: headers[name] for name in headers if name.startswith("Access-Control")}, body)

    allowed = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, HEAD",
        "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, Cache-Control",
        "Access-Control-Max-Age": "86400",
    }
    assert answers == dict.fromkeys(("/ptg.json", "/track/nova.ics", "/missing.atom"), (204, allowed, b""))


async def test_browsers_keep_what_an_address_names_by_its_content_and_ask_again_for_all_else(client: Client) -> None:
    version = hashlib.sha256(b"1").hexdigest()[:10]
    paths = ("/ptg.html", "/ptg.ics", "/live.json", "/static/site.js", "/static/site.js?v=0123456789")
    asked = [(await client.ask(path))[1]["Cache-Control"] for path in paths]
    _, kept, _ = await client.ask(f"/static/site.js?v={version}")
    missing = (await client.ask("/static/gone.js?v=0123456789"))[1]["Cache-Control"]

    assert asked == ["no-cache"] * 5
    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
    assert missing == "no-store"


def test_the_version_of_a_static_file_is_what_its_links_name(site: Path) -> None:
    link = Templates(Event())._static("site.js")
    published = site / "site.js"
    published.write_bytes((ROOT / "templates" / "static" / "site.js").read_bytes())

    assert link == f"static/site.js?v={read(published).version}"


async def test_very_many_who_ask_for_a_new_page_at_once_have_it_read_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[Path] = []

    def counted(path: Path) -> File:
        times.append(path)
        time.sleep(0.05)
        return read(path)

    monkeypatch.setattr(folder_module, "read", counted)
    answers = await asyncio.gather(*[client.ask("/ptg.html") for _ in range(20)])

    assert {(status, content) for status, _, content in answers} == {(200, LONG.encode())}
    assert len(times) == 1


async def test_a_large_file_is_not_kept_in_memory(client: Client, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "KEPT_FILE_BYTES", 1000)
    (site / "film.json").write_text("1" * 5000)
    status, headers, content = await client.ask("/film.json")

    assert (status, headers["Content-Type"], content) == (200, "application/json", b"1" * 5000)
    assert (await client.ask("/film.json", If_None_Match=headers["ETag"]))[0] == 304
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_what_is_kept_in_memory_is_bounded(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "KEPT_BYTES", 3000)
    folder = Folder(site)
    paths = [site / f"{number}.png" for number in range(5)]
    for path in paths:
        path.write_bytes(bytes(1000))
        folder.keep(path, read(path))
        assert folder.kept(paths[0], paths[0].stat()) is not None  # asked for each time, so it stays

    assert [folder.kept(path, path.stat()) is not None for path in paths] == [True, False, False, True, True]


async def test_a_file_that_cannot_be_read_is_not_there(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(folder_module, "read", refuse)

    assert (await client.ask("/ptg.html"))[0] == 404


async def test_before_anything_is_published_the_asker_is_asked_to_wait(tmp_path: Path) -> None:
    server = await serve(tmp_path / "later", "127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        client = Client(session, server.port)
        early = await client.ask("/")
        (tmp_path / "later").mkdir()
        (tmp_path / "later/index.html").write_text("here")
        later = await client.ask("/")
    await server.stop()

    assert (early[0], early[1]["Retry-After"], early[1]["Content-Type"]) == (503, "5", "text/plain; charset=utf-8")
    assert early[2].decode().startswith("Nothing has been published here yet.")
    assert (later[0], later[2]) == (200, b"here")


async def test_the_server_stops_at_once_with_connections_open(site: Path) -> None:
    server = await serve(site, "127.0.0.1", 0)
    idle = await asyncio.open_connection("127.0.0.1", server.port)
    kept = await asyncio.open_connection("127.0.0.1", server.port)
    half = await asyncio.open_connection("127.0.0.1", server.port)
    kept[1].write(b"GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n")
    await kept[0].readuntil(b"the links")
    half[1].write(b"GET / HTTP/1.1\r\nHo")
    await half[1].drain()

    begin = time.monotonic()
    await server.stop()

    assert time.monotonic() - begin < 3
    for reader, writer in (idle, kept, half):
        assert await reader.read() == b""
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", server.port)


async def test_the_server_does_not_wait_for_who_reads_slowly(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "STOP_SECONDS", 0.05)
    with (site / "film.bin").open("wb") as film:
        film.truncate(64 * 1024 * 1024)
    server = await serve(site, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /film.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    begin = time.monotonic()
    await server.stop()
    writer.transport.abort()

    assert time.monotonic() - begin < 3


async def test_without_a_host_all_addresses_of_the_machine_are_served(site: Path) -> None:
    server = await serve(site, port=0)
    async with aiohttp.ClientSession() as session:
        status, _, content = await Client(session, server.port).ask("/")
    await server.stop()

    assert (status, content) == (200, LONG.encode())


async def test_a_port_that_is_taken_is_told(site: Path, server: Server) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve(site, "127.0.0.1", server.port)
    with pytest.raises(OSError, match="in use"):
        await serve(site, None, server.port)


@pytest.mark.parametrize(
    "line", [b"\x00\xff\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"GET \xff HTTP/1.1\r\nHost: x\r\n\r\n"]
)
async def test_nonsense_does_not_stop_the_server(client: Client, server: Server, line: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(line)
    writer.write_eof()
    await reader.read()
    writer.close()

    assert (await client.ask("/"))[0] == 200
