import os

import pytest

from tests.crash.injected import inject

CRASHES = int(os.environ.get("PTGBOT_CRASHES", "600"))


def test_after_a_crash_at_any_call_everything_acknowledged_is_there_and_nothing_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL", "ptgbot.store")

    report = inject(CRASHES)

    assert report.problems == []
    assert report.crashes >= CRASHES
    assert report.refusals >= CRASHES // 10
    # It was not always the same kind of call; which of the rarer ones chance took differs.
    assert {"write", "sync", "create"} <= set(report.calls)
    assert len(report.calls) >= 5
