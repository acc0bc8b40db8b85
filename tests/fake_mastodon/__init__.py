"""A Mastodon instance at an address of this machine, with the answers and the faults of a real one."""
