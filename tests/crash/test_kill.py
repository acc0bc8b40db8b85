import os
from pathlib import Path

from tests.crash.bot import kill_bot
from tests.crash.kill import kill

KILLS = int(os.environ.get("PTGBOT_KILLS", "10"))


def test_what_a_killed_process_acknowledged_is_there(tmp_path: Path) -> None:
    kills = kill(tmp_path / "event.json", KILLS)

    assert kills.problems == []
    assert kills.times == KILLS
    assert kills.acknowledged > KILLS


def test_what_a_killed_bot_answered_is_there(tmp_path: Path) -> None:
    kills = kill_bot(tmp_path, KILLS)

    assert kills.problems == []
    assert kills.times == KILLS
    assert kills.answers > KILLS
