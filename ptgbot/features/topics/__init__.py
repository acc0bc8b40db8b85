"""What tracks discuss now and next, where, and their pads and meetings."""
