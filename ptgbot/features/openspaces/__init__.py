"""Open spaces: sessions that people announce in posts."""
