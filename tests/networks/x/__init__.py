"""X, against the fake of ``tests/fake_x``."""
