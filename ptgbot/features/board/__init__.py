"""Every page and feed that shows several features."""
