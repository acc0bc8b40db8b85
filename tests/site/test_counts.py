"""What one ``now`` costs, counted: files rendered, templates filled in, writes, waits for the disk, and questions."""

import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from ptgbot.app import Bot
from ptgbot.core.changes import Change
from ptgbot.core.documents import View
from ptgbot.core.protocols import Exporter
from ptgbot.site.files import SiteFiles
from ptgbot.site.html import Templates
from ptgbot.site.rendering import Rendered, Renderer
from tests.site.test_publishing import running, say

NOW_FILES = ("now-and-next.json", "ptg.html", "ptg.json", "ptg.txt", "signage.html")
LATER_FILES = ("history.html", "history.json", "history/2026-11-23.json", "track/nova.html")


class Counts:
    """What was done, and how often."""

    def __init__(self) -> None:
        self.rendered: Counter[str] = Counter()
        self.templates: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        self.syncs = 0


@contextmanager
def counting(site: Path) -> Iterator[Counts]:
    """Count what is done for the site within."""
    counts = Counts()
    render, fill_in, write, fsync = Renderer.render, Templates.__call__, SiteFiles.write_whole, os.fsync

    async def noted_render(self: Renderer, path: str, exporter: Exporter) -> Rendered | str:
        counts.rendered[path] += 1
        return await render(self, path, exporter)

    def noted_fill_in(self: Templates, template: str, /, **values: Any) -> Markup:
        counts.templates[template] += 1
        return fill_in(self, template, **values)

    def noted_write(self: SiteFiles, target: Path, temporary: Path, content: bytes) -> os.stat_result:
        counts.written[str(target.relative_to(site))] += 1
        return write(self, target, temporary, content)

    def noted_fsync(fd: int) -> None:
        counts.syncs += threading.current_thread().name.startswith(("site", "publisher"))  # others sync the log
        fsync(fd)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Renderer, "render", noted_render)
        patch.setattr(Templates, "__call__", noted_fill_in)
        patch.setattr(SiteFiles, "write_whole", noted_write)
        patch.setattr(os, "fsync", noted_fsync)
        yield counts


async def said(bot: Bot, *texts: str) -> None:
    """Say something, and return once it is on every file."""
    for text in texts:
        say(bot, text)
    await bot.store.saved(bot.store.view.seq)
    await bot.publisher.idle()


async def test_one_now_renders_what_tells_of_it_and_writes_each_file_once(tmp_path: Path) -> None:
    async with running(tmp_path) as (bot, _):
        for exporter in bot.publisher.exporters:
            setattr(exporter, "patience", 0.0)  # noqa: B010 - only those have it that need it
        await said(bot, "#nova now the first", "#cinder now volumes")
        with counting(tmp_path / "html") as counts:
            await said(bot, "#nova now the second")

    told = dict.fromkeys((*NOW_FILES, *LATER_FILES), 1)
    assert counts.rendered == told
    assert counts.written == told | {"live.json": 1}
    assert counts.syncs == len(told) + 1
    assert counts.templates == {
        "board/now.html": 1,
        "board/signage_sign.html": 1,
        "history/entry.html": 1,
        "history/spell.html": 2,  # the one that is over, and the new one
        "history/topics.html": 1,
        "history/track.html": 1,
    }


async def test_what_very_many_changes_touch_is_asked_and_made_in_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    async with running(tmp_path) as (bot, _):
        board = bot.publisher.exporters[0]
        touched = board.touched

        def noted(change: Change, view: View) -> Iterable[str]:
            asked.append(len(change.edits))
            return touched(change, view)

        monkeypatch.setattr(board, "touched", noted)
        for exporter in bot.publisher.exporters:
            setattr(exporter, "patience", 0.0)  # noqa: B010 - see above
        with counting(tmp_path / "html") as counts:
            await said(bot, *(f"#nova now topic {number}" for number in range(30)))
        page = (tmp_path / "html/ptg.html").read_text()

    assert (len(asked) < 10, sum(asked) >= 30) == (True, True)
    assert set(counts.rendered) == {*NOW_FILES, *LATER_FILES}
    assert max(counts.rendered.values()) < 10
    assert "topic 29" in page
