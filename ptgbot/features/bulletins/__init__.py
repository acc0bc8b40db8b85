"""What is on now and next in a track, as one message in a channel that is edited rather than repeated."""
