"""Measures what users feel: ``tox -e bench``. No test fails for being slow."""
