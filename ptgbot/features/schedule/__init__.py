"""Tracks, rooms, days with their slots, and bookings."""
