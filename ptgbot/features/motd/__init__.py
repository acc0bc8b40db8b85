"""Messages of the day."""
