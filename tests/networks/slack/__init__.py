"""Slack, against the fake of ``tests/slack``."""
