"""The tests: they mirror ``ptgbot/``; ``tests/live/`` needs real servers."""
