import os
from pathlib import Path

from tests.crash.kill import kill

KILLS = int(os.environ.get("PTGBOT_KILLS", "10"))


def test_what_a_killed_process_acknowledged_is_there(tmp_path: Path) -> None:
    kills = kill(tmp_path / "event.json", KILLS)

    assert kills.problems == []
    assert kills.times == KILLS
    assert kills.acknowledged > KILLS
