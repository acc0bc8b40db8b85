"""Tests of IRC, against a server that says what they tell it to."""
