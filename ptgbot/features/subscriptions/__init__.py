"""Notifications about topics that somebody asked to hear of."""
