"""An X of our own, since no real one can be had: signatures, lengths, duplicates, limits, refusals and faults."""
