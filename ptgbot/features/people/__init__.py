"""Roles, who may speak for tracks, and which documents are whose."""
