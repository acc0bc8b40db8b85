"""Publishing: which files are rendered and put in place, when, and what happens when that fails."""

import asyncio
import errno
import json
import logging
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from markupsafe import Markup, escape

from ptgbot.core.changes import Cause, Change, Draft
from ptgbot.core.clock import SystemClock
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments
from ptgbot.core.protocols import NotSaved
from ptgbot.features.schedule.model import TRACKS, Track
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription
from ptgbot.site import publisher as module
from ptgbot.site import rendering
from ptgbot.site.files import MANIFEST, SiteFiles
from ptgbot.site.live import LIVE
from ptgbot.site.publisher import NotPublished, Publisher
from ptgbot.store.state import State
from tests.build import AT, change, make_state, put
from tests.fakes import SetClock

LIMIT = 5.0  # seconds after which what should have happened has not


class FakeStore:
    """A state whose Changes are on disk once the test says so."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.durable = state.seq
        self.asked: list[int] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self.waited = asyncio.Event()

    @property
    def public(self) -> View:
        return self.state.public

    async def saved(self, seq: int) -> None:
        self.asked.append(seq)
        if seq > self.durable:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((seq, future))
            self.waited.set()
            await future

    def save(self) -> None:
        self.durable = self.state.seq
        for _, future in self._waiters:
            future.set_result(None)
        self._waiters.clear()

    def roll_back(self, made: Change) -> None:
        self.state.revert(made.seq - 1, AT, [(edit, 0) for edit in reversed(made.edits)])
        for _, future in self._waiters:
            future.set_exception(NotSaved("disk full"))
        self._waiters.clear()


class Pages:
    """A page with all tracks, and one for each."""

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self.broken: set[str] = set()
        self.turn: Callable[[str, datetime], datetime | None] = lambda path, now: None
        self.more: tuple[str, ...] = ()

    def paths(self, view: View) -> Iterable[str]:
        return ("all.html", *(f"track/{name}.html" for name in sorted(view.all(TRACKS))), *self.more)

    def touched(self, change: Change, view: View) -> Iterable[str]:
        if "touched" in self.broken:
            raise RuntimeError("touched is broken")
        for edit in change.edits:
            if edit.table is TRACKS:
                yield "all.html"
                yield f"track/{edit.key}.html"

    def render(self, path: str, view: View, now: datetime) -> bytes:
        self.rendered.append(path)
        if path in self.broken:
            raise RuntimeError(f"{path} is broken")
        if path == "all.html":
            return " ".join(f"{name}={track.color}" for name, track in sorted(view.all(TRACKS).items())).encode()
        found = view.get(TRACKS, path.removeprefix("track/").removesuffix(".html"))
        return (found.color if found else path).encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:
        return self.turn(path, now)


class Disk(SiteFiles):
    """A folder on a disk that can refuse to write."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.refuses: Callable[[Path], bool] = lambda path: False
        self.attempts: list[str] = []
        self.written: list[str] = []

    def write_whole(self, target: Path, temporary: Path, content: bytes) -> os.stat_result:
        self.attempts += [target.name] if target.name != LIVE else []
        if self.refuses(target):
            raise OSError(errno.ENOSPC, "No space left on device")
        self.written += [target.name] if target.name != LIVE else []
        return super().write_whole(target, temporary, content)


class Site:
    """A publisher with all that it needs."""

    def __init__(self, folder: Path, *, pages: Pages | None = None, state: State | None = None) -> None:
        self.folder = folder
        self.pages = pages or Pages()
        self.state = state or make_state(Track("docs", "blue"), Track("nova", "red"))
        self.store = FakeStore(self.state)
        self.disk = Disk(folder)
        self.clock: SetClock | SystemClock = SetClock(AT)
        self.warnings: list[str] = []
        self.rounds: list[dict[str, str]] = []
        self.publisher = self.new_publisher()

    def new_publisher(self) -> Publisher:
        return Publisher(
            self.folder,
            [self.pages],
            self.store,
            self.clock,
            self.disk,
            warn=self.warnings.append,
            on_change=lambda: self.rounds.append(self.files()),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Publisher]:
        task = asyncio.create_task(self.publisher.run())
        try:
            await self.idle()
            yield self.publisher
        finally:
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    def change(self, *tracks: Track, remove: Iterable[str] = ()) -> Change:
        def edit(draft: Draft) -> None:
            for track in tracks:
                draft.put(TRACKS, track)
            for name in remove:
                draft.remove(TRACKS, name)

        made = change(self.state, edit)
        self.store.save()
        self.publisher.changed(made)
        return made

    async def idle(self) -> None:
        async with asyncio.timeout(LIMIT):
            await self.publisher.idle()

    def files(self) -> dict[str, str]:
        """Return what was rendered, and what others put there."""
        found = (
            path
            for path in self.folder.rglob("*")
            if path.is_file() and path.name not in (MANIFEST, LIVE) and path.suffix != ".ptgbot-new"
        )
        return {str(path.relative_to(self.folder)): path.read_text() for path in found}

    def listed(self) -> list[str]:
        listed: list[str] = json.loads((self.folder / MANIFEST).read_text())["files"]
        return [path for path in listed if path != LIVE]

    def live(self) -> dict[str, str]:
        told: dict[str, str] = json.loads((self.folder / LIVE).read_text())
        return told


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


# -- what is published --------------------------------------------------------------------------------------------


async def test_at_first_everything_is_published(site: Site) -> None:
    async with site.running():
        assert site.files() == {
            "all.html": "docs=blue nova=red",
            "track/docs.html": "blue",
            "track/nova.html": "red",
        }
        assert site.listed() == ["all.html", "track/docs.html", "track/nova.html"]


async def test_after_a_change_only_what_it_touches_is_rendered(site: Site) -> None:
    async with site.running():
        site.pages.rendered.clear()
        site.change(Track("nova", "teal"))
        await site.idle()

        assert site.pages.rendered == ["all.html", "track/nova.html"]
        assert site.files() == {
            "all.html": "docs=blue nova=teal",
            "track/docs.html": "blue",
            "track/nova.html": "teal",
        }


async def test_who_passes_the_site_on_is_told_after_each_round_in_which_a_file_changed(site: Site) -> None:
    async with site.running():
        site.change(Track("nova", "teal"))
        await site.idle()
        site.change(Track("nova", "teal"))
        await site.idle()
        site.change(remove=["docs"])
        await site.idle()

        assert site.rounds == [
            {"all.html": "docs=blue nova=red", "track/docs.html": "blue", "track/nova.html": "red"},
            {"all.html": "docs=blue nova=teal", "track/docs.html": "blue", "track/nova.html": "teal"},
            {"all.html": "nova=teal", "track/nova.html": "teal"},
        ]


async def test_who_passes_the_site_on_is_told_once_at_the_start_where_all_is_there_already(site: Site) -> None:
    await site.publisher.publish_all()
    again = Site(site.folder)
    async with again.running() as publisher:
        publisher.changed(Change(again.state.seq, AT, Cause.COMMAND, None, "", "", "", ()))
        await again.idle()

        assert again.rounds == [again.files()]


async def test_a_change_that_touches_nothing_renders_nothing(site: Site) -> None:
    async with site.running():
        site.pages.rendered.clear()
        site.publisher.changed(Change(site.state.seq, AT, Cause.COMMAND, None, "", "", "", ()))
        await site.idle()

        assert site.pages.rendered == []


async def test_what_is_not_public_is_not_handed_to_exporters(tmp_path: Path) -> None:
    class Curious(Pages):
        def render(self, path: str, view: View, now: datetime) -> bytes:
            return str([*view.all(SUBSCRIPTIONS).values(), *view.all(TRACKS)]).encode()

    secret = Subscription("irc/~ada", "irc", "Ada", "nova.*")
    site = Site(tmp_path, pages=Curious(), state=make_state(secret, Track("nova", "")))
    await site.publisher.publish_all()

    assert site.files() == {"all.html": "['nova']", "track/nova.html": "['nova']"}


async def test_unchanged_files_keep_their_bytes_and_their_time(site: Site) -> None:
    await site.publisher.publish_all()
    os.utime(site.folder / "track/docs.html", (1, 1))
    again = Site(site.folder)
    async with again.running():
        again.change(Track("nova", "teal"))
        await again.idle()

        assert sorted(again.disk.written) == ["all.html", "nova.html"]
        assert (site.folder / "track/docs.html").stat().st_mtime == 1


async def test_a_file_that_somebody_altered_is_put_right_when_it_is_rendered_next(site: Site) -> None:
    async with site.running():
        (site.folder / "all.html").write_text("docs=blue nova=tan")  # as long as what was there
        await site.publisher.publish_all()

        assert site.files()["all.html"] == "docs=blue nova=red"


async def test_a_file_is_on_disk_before_it_takes_the_place_of_the_old_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[tuple[int, int]] = set()
    unsynced: list[str] = []
    put: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(fd: int) -> None:
        fsync(fd)
        status = os.fstat(fd)
        synced.add((status.st_ino, status.st_size))

    def noted_replace(old: Path, new: Path) -> None:
        put.append(new.name)
        status = old.stat()
        if (status.st_ino, status.st_size) not in synced:
            unsynced.append(new.name)
        replace(old, new)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    await site.publisher.publish_all()

    assert (sorted(put), unsynced) == (sorted([MANIFEST, "all.html", "docs.html", "nova.html", LIVE]), [])


async def test_of_two_that_publish_under_one_name_the_first_does(site: Site) -> None:
    class Other(Pages):
        def render(self, path: str, view: View, now: datetime) -> bytes:
            return b"other"

    await Publisher(site.folder, [site.pages, Other()], site.store, site.clock).publish_all()

    assert site.files() == {"all.html": "docs=blue nova=red", "track/docs.html": "blue", "track/nova.html": "red"}


async def test_everybody_may_read_the_files_whatever_the_umask_is(site: Site) -> None:
    before = os.umask(0o077)
    try:
        await site.publisher.publish_all()
    finally:
        os.umask(before)

    modes = {str(p.relative_to(site.folder)): stat.S_IMODE(p.stat().st_mode) for p in site.folder.rglob("*")}
    assert modes == {
        MANIFEST: 0o644,
        LIVE: 0o644,
        "all.html": 0o644,
        "track": 0o755,
        "track/docs.html": 0o644,
        "track/nova.html": 0o644,
    }
    assert stat.S_IMODE(site.folder.stat().st_mode) == 0o755


# -- what goes, and what stays ------------------------------------------------------------------------------------


async def test_the_file_of_a_track_that_is_gone_is_removed(site: Site) -> None:
    async with site.running():
        site.change(remove=["docs"])
        await site.idle()

        assert site.files() == {"all.html": "nova=red", "track/nova.html": "red"}
        assert site.listed() == ["all.html", "track/nova.html"]


async def test_a_track_that_comes_back_has_its_file_again(site: Site) -> None:
    async with site.running():
        site.change(remove=["docs"])
        await site.idle()
        site.change(Track("docs", "blue"))
        await site.idle()

        assert site.files()["track/docs.html"] == "blue"


async def test_the_file_of_a_track_that_went_while_the_bot_was_away_is_removed(site: Site) -> None:
    await site.publisher.publish_all()
    again = Site(site.folder, state=make_state(Track("nova", "red")))
    await again.publisher.publish_all()

    assert again.files() == {"all.html": "nova=red", "track/nova.html": "red"}


async def test_what_others_put_into_the_folder_stays(site: Site) -> None:
    (site.folder / "track").mkdir(parents=True)
    (site.folder / "track/docs.html").write_text("an old page of the original bot's")
    (site.folder / "track/gone.html").write_text("somebody's own")
    (site.folder / "logo.svg").write_text("<svg/>")
    (site.folder / ".hidden").write_text("hidden")
    async with site.running():
        site.change(remove=["nova"])
        await site.idle()

    assert site.files() == {
        ".hidden": "hidden",
        "all.html": "docs=blue",
        "logo.svg": "<svg/>",
        "track/docs.html": "blue",
        "track/gone.html": "somebody's own",
    }


async def test_a_link_at_one_of_our_paths_is_replaced_and_what_it_led_to_stays(site: Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("docs=blue nova=red")
    site.folder.mkdir()
    (site.folder / "all.html").symlink_to(elsewhere)
    await site.publisher.publish_all()

    assert (elsewhere.read_text(), (site.folder / "all.html").is_symlink()) == ("docs=blue nova=red", False)


async def test_a_folder_that_took_the_place_of_one_of_our_files_stays(site: Site) -> None:
    await site.publisher.publish_all()
    (site.folder / "track/docs.html").unlink()
    (site.folder / "track/docs.html").mkdir()
    again = Site(site.folder, state=make_state(Track("nova", "red")))
    await again.publisher.publish_all()

    assert (site.folder / "track/docs.html").is_dir()
    assert again.listed() == ["all.html", "track/nova.html"]


def test_what_was_never_published_is_never_removed(site: Site) -> None:
    site.folder.mkdir()
    (site.folder / "logo.svg").write_text("<svg/>")
    site.disk.open()

    assert site.disk.update({}, ["logo.svg"]) == {}
    assert site.files() == {"logo.svg": "<svg/>"}


@pytest.mark.parametrize(
    "manifest", ["{", "[]", '{"files": [1]}', '{"files": ["../keep", "/etc/x", ".keep", "a/../../keep"]}']
)
async def test_a_damaged_or_forged_manifest_removes_nothing_else(site: Site, tmp_path: Path, manifest: str) -> None:
    site.folder.mkdir()
    kept = [tmp_path / "keep", site.folder / ".keep"]
    for path in kept:
        path.write_text("kept")
    (site.folder / MANIFEST).write_text(manifest)
    await site.publisher.publish_all()

    assert [path.read_text() for path in kept] == ["kept", "kept"]
    assert site.listed() == ["all.html", "track/docs.html", "track/nova.html"]


@pytest.mark.parametrize(
    "path", ["../up", "/etc/x", "a/../b", ".hidden", "a/.b", "", "a//b", "a\\b", "a\nb", "x" * 201]
)
async def test_a_path_that_leads_out_of_the_site_is_not_published(
    site: Site, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    site.pages.more = (path, "fine.txt")
    await site.publisher.publish_all()
    await site.publisher.publish_all()

    assert site.listed() == ["all.html", "fine.txt", "track/docs.html", "track/nova.html"]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        f"{path!r} cannot be a file of the site"
    ]


async def test_what_a_crash_left_half_written_is_cleared_away(site: Site) -> None:
    await site.publisher.publish_all()
    (site.folder / "track/.docs.html.ptgbot-new").write_text("bl")
    await Site(site.folder, state=make_state(Track("nova", "red"))).publisher.publish_all()

    assert sorted(path.name for path in (site.folder / "track").iterdir()) == ["nova.html"]


# -- never ahead of the disk --------------------------------------------------------------------------------------


async def test_nothing_is_shown_before_it_is_saved(site: Site) -> None:
    async with site.running():
        durable = put(site.state, Track("docs", "gold"))
        site.store.durable = durable.seq
        ahead = put(site.state, Track("nova", "teal"))
        site.publisher.changed(durable)
        await site.store.waited.wait()
        early = site.files()
        site.store.save()
        site.publisher.changed(ahead)
        await site.idle()

        assert early == {"all.html": "docs=blue nova=red", "track/docs.html": "blue", "track/nova.html": "red"}
        assert site.files() == {"all.html": "docs=gold nova=teal", "track/docs.html": "gold", "track/nova.html": "teal"}


async def test_what_is_rolled_back_is_never_shown(site: Site) -> None:
    async with site.running():
        durable = put(site.state, Track("docs", "gold"))
        site.store.durable = durable.seq
        ahead = put(site.state, Track("nova", "teal"))
        site.publisher.changed(durable)
        await site.store.waited.wait()
        site.store.roll_back(ahead)
        await site.idle()

        assert site.files() == {"all.html": "docs=gold nova=red", "track/docs.html": "gold", "track/nova.html": "red"}
        assert site.disk.written.count("all.html") == 2


async def test_a_file_stays_when_it_was_rolled_back_that_its_track_went(site: Site) -> None:
    async with site.running():
        durable = put(site.state, Track("nova", "gold"))
        site.store.durable = durable.seq
        ahead = change(site.state, lambda draft: draft.remove(TRACKS, "docs"))
        site.publisher.changed(durable)
        await site.store.waited.wait()
        site.store.roll_back(ahead)
        await site.idle()

        assert site.files() == {"all.html": "docs=blue nova=gold", "track/docs.html": "blue", "track/nova.html": "gold"}
        assert site.disk.attempts.count("docs.html") == 1


async def test_what_was_rendered_with_a_change_in_it_is_not_rendered_for_it_again(site: Site) -> None:
    async with site.running():
        first = put(site.state, Track("nova", "gold"))
        second = put(site.state, Track("nova", "teal"))
        site.pages.rendered.clear()
        site.publisher.changed(first)
        await site.store.waited.wait()
        site.store.save()
        site.publisher.changed(second)
        await site.idle()

        assert site.pages.rendered == ["all.html", "track/nova.html"]


# -- what open pages look at ---------------------------------------------------------------------------------------


async def test_open_pages_are_told_what_became_something_else(site: Site) -> None:
    site.pages.more = ("feed.json",)
    async with site.running():
        before = site.live()
        site.change(Track("nova", "teal"))
        await site.idle()
        nova = site.live()
        site.change(Track("nova", "red"))
        await site.idle()

        assert list(before) == ["all.html", "track/"]
        assert {page for page in nova if nova[page] != before[page]} == {"all.html", "track/"}
        assert site.live() == before


async def test_what_open_pages_look_at_does_not_grow_with_the_tracks(tmp_path: Path) -> None:
    many = Site(tmp_path, state=make_state([Track(f"t{number}", "red") for number in range(100)]))
    await many.publisher.publish_all()

    assert list(many.live()) == ["all.html", "track/"]
    assert len((many.folder / LIVE).read_bytes()) < 80


async def test_a_track_that_came_and_went_leaves_what_open_pages_look_at_as_it_was(site: Site) -> None:
    async with site.running():
        before = (site.folder / LIVE).read_bytes()
        site.change(Track("swift", "gold"))
        await site.idle()
        between = (site.folder / LIVE).read_bytes()
        site.change(remove=["swift"])
        await site.idle()

        assert between != before
        assert (site.folder / LIVE).read_bytes() == before


async def test_a_new_start_leaves_what_open_pages_look_at_alone(site: Site) -> None:
    await site.publisher.publish_all()
    os.utime(site.folder / LIVE, (1, 1))
    await Site(site.folder).publisher.publish_all()

    assert (site.folder / LIVE).stat().st_mtime == 1


async def test_open_pages_are_told_last(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_FILES", 1)
    put: list[str] = []
    replace = Path.replace

    def noted(old: Path, new: Path) -> None:
        put.append(new.name)
        replace(old, new)

    monkeypatch.setattr(Path, "replace", noted)
    await site.publisher.publish_all()

    assert put == [MANIFEST, "all.html", "docs.html", "nova.html", LIVE]


async def test_open_pages_are_told_later_where_the_disk_refuses_just_that(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", (0.01, 0.02))
    site.publisher = site.new_publisher()
    async with site.running():
        before = site.live()
        site.disk.refuses = lambda path: path.name == LIVE
        site.change(Track("nova", "teal"))
        await until(lambda: site.publisher.problem)
        stale = site.live()
        site.disk.refuses = lambda path: False
        await site.idle()

        assert stale == before
        assert site.live() != before
        assert site.publisher.problem == ""


# -- in step ------------------------------------------------------------------------------------------------------


async def test_a_stream_of_changes_is_published_in_rounds(site: Site) -> None:
    async with site.running():
        site.pages.rendered.clear()
        for number in range(300):
            site.change(Track("nova", f"color{number}"))
            await asyncio.sleep(0)
        await site.idle()

        assert site.files()["track/nova.html"] == "color299"
        assert len(site.pages.rendered) < 60


async def test_under_a_stream_of_changes_publishing_leaves_most_of_the_loop_to_others(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", (0.001, 0.1))
    loop = asyncio.get_running_loop()
    spans: list[tuple[float, float]] = []
    render = site.pages.render

    def slow(path: str, view: View, now: datetime) -> bytes:
        begin = loop.time()
        while loop.time() < begin + 0.01:
            pass
        spans.append((begin, loop.time()))
        return render(path, view, now)

    async with site.running():
        monkeypatch.setattr(site.pages, "render", slow)
        while len(spans) < 8:
            site.change(Track("nova", f"color{len(spans)}"))
            await asyncio.sleep(0.0005)

    busy = sum(end - begin for begin, end in spans[:8])
    assert busy <= 0.4 * (spans[7][1] - spans[0][0] + 0.02)


async def test_others_have_their_turn_between_two_files(site: Site) -> None:
    rendered: list[int] = []
    loop = asyncio.get_running_loop()

    def look() -> None:
        rendered.append(len(site.pages.rendered))
        if not done:
            loop.call_soon(look)

    done = False
    loop.call_soon(look)
    await site.publisher.publish_all()
    done = True

    assert sorted(set(rendered)) == [0, 1, 2, 3]


async def test_a_large_page_is_rendered_in_slices_between_which_others_have_their_turn(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "SLICE_SECONDS", 0.0)
    loop = asyncio.get_running_loop()
    made: list[str] = []
    seen: list[int] = []

    def make(name: str) -> Markup:
        made.append(name)
        return escape(name)

    parts = Fragments(make)

    def render(path: str, view: View, now: datetime) -> bytes:
        return parts((name, {"name": name}) for name in "abc").encode() if path == "all.html" else b""

    def look() -> None:
        seen.append(len(made))
        if len(made) < 3:
            loop.call_soon(look)

    monkeypatch.setattr(site.pages, "render", render)
    loop.call_soon(look)
    await site.publisher.publish_all()

    assert (made, site.files()["all.html"]) == (["a", "b", "c"], "abc")
    assert sorted(set(seen)) == [0, 1, 2, 3]


# -- time ---------------------------------------------------------------------------------------------------------


async def test_a_file_is_rendered_again_when_its_time_has_come(site: Site) -> None:
    site.clock = SystemClock()
    site.publisher = site.new_publisher()
    turn = site.clock.now() + timedelta(seconds=1.05)
    site.pages.turn = lambda path, now: turn if path == "all.html" and now < turn else None
    async with site.running():
        site.pages.rendered.clear()
        await until(lambda: site.pages.rendered)
        await site.idle()

        assert site.clock.now() >= turn
        assert site.pages.rendered == ["all.html"]


async def test_a_clock_that_jumps_ahead_is_noticed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.001)
    turn = AT + timedelta(hours=1)
    site.pages.turn = lambda path, now: turn if path == "all.html" and now < turn else None
    async with site.running():
        site.pages.rendered.clear()
        assert isinstance(site.clock, SetClock)
        site.clock.forward(hours=2)
        await until(lambda: site.pages.rendered)
        await site.idle()

        assert site.pages.rendered == ["all.html"]


async def test_a_clock_that_is_put_back_is_noticed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.001)
    site.pages.turn = lambda path, now: now + timedelta(hours=1) if path == "all.html" else None
    async with site.running():
        site.pages.rendered.clear()
        assert isinstance(site.clock, SetClock)
        site.clock.forward(hours=-2)
        await until(lambda: site.pages.rendered)
        await site.idle()

        assert site.pages.rendered == ["all.html"]


async def test_an_exporter_that_names_a_time_gone_by_does_not_keep_the_publisher_busy(site: Site) -> None:
    site.pages.turn = lambda path, now: now - timedelta(hours=1)
    async with site.running():
        site.change(Track("nova", "teal"))
        await site.idle()
        for _ in range(10):
            await asyncio.sleep(0)

        assert site.publisher._quiet.is_set()
        assert site.pages.rendered.count("all.html") == 2


# -- when something fails -----------------------------------------------------------------------------------------


async def test_a_full_disk_is_told_once_and_caught_up_with(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", (0.01, 0.02))
    site.publisher = site.new_publisher()
    caplog.set_level(logging.WARNING)
    async with site.running():
        site.disk.refuses = lambda path: True
        site.disk.attempts.clear()
        site.change(Track("nova", "teal"))
        await until(lambda: len(site.disk.attempts) >= 8)
        site.change(Track("nova", "gold"), remove=["docs"])
        problem = site.publisher.problem
        stale = site.files()
        site.disk.refuses = lambda path: False
        await site.idle()

        where = f"The site in {site.folder} cannot be written: No space left on device"
        assert problem == where
        assert stale == {"all.html": "docs=blue nova=red", "track/docs.html": "blue", "track/nova.html": "red"}
        assert site.files() == {"all.html": "nova=gold", "track/nova.html": "gold"}
        assert site.publisher.problem == ""
        assert site.warnings == [
            f"{where}. The state is safe; this is tried again until it works.",
            f"The site in {site.folder} can be written again, and is up to date.",
        ]
        assert [record.getMessage() for record in caplog.records] == site.warnings


async def test_a_file_that_cannot_be_written_does_not_hold_up_the_others(site: Site) -> None:
    (site.folder / "track/docs.html").mkdir(parents=True)
    task = asyncio.create_task(site.publisher.run())
    try:
        await until(lambda: site.publisher.problem)
        site.change(Track("nova", "teal"))
        await until(lambda: site.files().get("track/nova.html") == "teal")
        assert site.files() == {"all.html": "docs=blue nova=teal", "track/nova.html": "teal"}
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_what_the_disk_refused_is_not_tried_again_at_every_change(site: Site) -> None:
    def shown(color: str) -> bool:
        return site.files()["track/nova.html"] == color

    async with site.running():
        site.disk.refuses = lambda path: path.name == "all.html"
        site.disk.attempts.clear()
        for color in ("teal", "gold", "navy"):
            site.change(Track("nova", color))
            await until(partial(shown, color))

        assert sorted(site.disk.attempts) == ["all.html", "nova.html", "nova.html", "nova.html"]


async def test_a_site_that_cannot_be_made_is_made_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", (0.01, 0.02))
    site.publisher = site.new_publisher()
    site.folder.write_text("a file in the way")
    task = asyncio.create_task(site.publisher.run())
    try:
        await until(lambda: site.publisher.problem)
        site.folder.unlink()
        await site.idle()
        assert site.files()["all.html"] == "docs=blue nova=red"
        assert site.publisher.problem == ""
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_an_exporter_that_fails_does_not_stop_the_rest(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.pages.broken = {"all.html"}
    async with site.running():
        site.change(Track("nova", "teal"))
        await site.idle()
        broken = site.files()
        site.pages.broken = set()
        site.publisher.changed(Change(site.state.seq, AT, Cause.COMMAND, None, "", "", "", ()))
        await site.idle()

        assert broken == {"track/docs.html": "blue", "track/nova.html": "teal"}
        assert site.files()["all.html"] == "docs=blue nova=teal"
        assert [record.getMessage() for record in caplog.records] == [
            "all.html cannot be rendered; the rest of the site goes on."
        ]


async def test_where_an_exporter_cannot_tell_what_a_change_touches_all_of_it_is_rendered(site: Site) -> None:
    async with site.running():
        site.pages.broken = {"touched"}
        site.change(Track("nova", "teal"))
        await site.idle()

        assert site.files()["all.html"] == "docs=blue nova=teal"


async def test_files_stay_when_their_exporter_cannot_list_them(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await site.publisher.publish_all()
    again = Site(site.folder)

    def broken(view: View) -> Iterable[str]:
        raise RuntimeError

    monkeypatch.setattr(again.pages, "paths", broken)
    await again.publisher.publish_all()

    assert sorted(again.files()) == ["all.html", "track/docs.html", "track/nova.html"]


async def test_publishing_once_says_what_could_not_be_done(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.pages.broken = {"all.html"}
    site.disk.refuses = lambda path: path.name == "docs.html"

    with pytest.raises(NotPublished) as caught:
        await site.publisher.publish_all()

    assert str(caught.value) == (
        f"{site.folder} is not complete: all.html: RuntimeError: all.html is broken;"
        " track/docs.html: No space left on device"
    )
    assert not any("tried again" in record.getMessage() for record in caplog.records)
    assert site.files() == {"track/nova.html": "red"}


async def test_a_publisher_that_is_stopped_in_mid_write_leaves_whole_files(site: Site) -> None:
    async with site.running():
        site.change(Track("nova", "teal" * 100_000))
        await until(lambda: site.pages.rendered.count("track/nova.html") == 2)
    await site.publisher.publish_all()

    assert site.files()["track/nova.html"] == "teal" * 100_000
