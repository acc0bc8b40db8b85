"""Reminders and announcements: the right word at the right minute, once."""
