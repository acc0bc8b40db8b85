"""A Slack of our own, since no real one can be had: its Web API, Socket Mode, deliveries, limits and faults."""
