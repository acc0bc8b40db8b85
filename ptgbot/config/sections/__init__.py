"""The settings, a file for each subject: their keys, kinds, defaults and meanings."""
