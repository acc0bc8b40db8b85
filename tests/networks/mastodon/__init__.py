"""Tests of Mastodon as a network."""
