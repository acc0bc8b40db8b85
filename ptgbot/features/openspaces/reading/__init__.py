"""Reading a post: which room, when, and whether that is certain enough to announce it."""
