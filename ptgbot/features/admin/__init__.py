"""What organisers do to the whole event: a new day, empty, import."""
