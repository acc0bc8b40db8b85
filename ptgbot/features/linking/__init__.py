"""One person on several networks: whose identities are linked."""
