"""What the site tells programs: what is on now, the schedule, what changed; and the board as plain text."""
