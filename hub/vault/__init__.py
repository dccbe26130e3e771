"""Secrets at rest, under keys that stand in one file beside the data, never in the database."""
