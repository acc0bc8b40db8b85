"""What is left after crashes: injected ones, and real ones."""
