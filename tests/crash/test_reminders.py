"""The process that sends reminders is killed at any moment, and started again."""

from pathlib import Path

from tests.crash.reminders import kill_reminders


def test_after_kills_each_reminder_has_its_one_effect(tmp_path: Path) -> None:
    kills = kill_reminders(tmp_path, 4)
    assert (kills.times, kills.problems) == (4, [])
    assert kills.posted > 20
