"""Who changed what, taking it back, and being forgotten."""
