"""After a backup was restored, calendars tell of it with higher revisions than were ever published."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import icalendar

from ptgbot.features.schedule.model import CALENDAR
from ptgbot.recovery import finish_restore, note_restore
from ptgbot.store import DurableStore
from tests.program import ptgbot, write_config
from tests.talk import SAMPLE, talk


def published(folder: Path) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical((folder / "html" / "ptg.ics").read_bytes())
    return {str(entry["UID"]): entry for entry in calendar.walk("VEVENT")}


async def test_what_is_noted_is_done_once(tmp_path: Path) -> None:
    async with talk(tmp_path) as bot:
        assert isinstance(bot.store, DurableStore)
        before = dict(bot.store.view.all(CALENDAR))
        later = bot.clock.now() + timedelta(hours=1)
        await finish_restore(bot.store, bot.calendar, later)
        assert bot.store.view.all(CALENDAR) == before
        note_restore(bot.store.path)
        await finish_restore(bot.store, bot.calendar, later)
        after = dict(bot.store.view.all(CALENDAR))
        await finish_restore(bot.store, bot.calendar, later + timedelta(hours=1))

        assert {entry.changed for entry in after.values()} == {later + timedelta(seconds=1)}
        assert len(before) == len(after) == 4
        assert bot.store.view.all(CALENDAR) == after


def test_a_restored_backup_is_published_with_higher_revisions(tmp_path: Path) -> None:
    write_config(tmp_path, db_filename="ptg.json", **{"event.first_day": "2026-11-23"})
    moved = {"schedule": {**SAMPLE["schedule"], "Aspen": {"MonP1": "neutron"}}}
    for name, data in (("first", SAMPLE), ("moved", moved)):
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
        assert ptgbot(tmp_path, "import", "config.json", f"{name}.json").returncode == 0
    assert ptgbot(tmp_path, "render", "config.json").returncode == 0
    before = published(tmp_path)
    assert ptgbot(tmp_path, "restore", "config.json").returncode == 0
    assert ptgbot(tmp_path, "render", "config.json").returncode == 0
    after = published(tmp_path)

    assert before.keys() == after.keys()
    assert [uid for uid in after if after[uid].start != before[uid].start] != []
    assert [uid for uid in after if not after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]] == []
