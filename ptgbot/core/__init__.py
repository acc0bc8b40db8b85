"""The words everyone uses and the Protocols between the parts. No input, no output."""
