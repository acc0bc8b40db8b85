"""What comes in from the chat networks, and what goes out to them."""
