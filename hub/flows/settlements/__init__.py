"""Settlements of the providers: fetched each day, matched with the books, and shown."""
