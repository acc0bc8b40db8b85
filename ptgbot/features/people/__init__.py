"""Roles and who may speak for tracks."""
