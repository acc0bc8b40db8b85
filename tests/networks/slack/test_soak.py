from pathlib import Path

from tests.slack.soak import problems_of, soak

EVENTS = 1000  # tox -e slack says twenty times as many


async def test_through_faults_and_repeats_everything_is_done_and_said_once(tmp_path: Path) -> None:
    calm = await soak(tmp_path / "calm", EVENTS, faults=False)
    rough = await soak(tmp_path / "rough", EVENTS, faults=True)

    assert problems_of(calm, rough) == []
    assert len(calm.waits) > EVENTS
    assert len(rough.faults) >= 4
