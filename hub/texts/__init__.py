"""What the hub says to people: the words of Costa Rica in tables, other languages in catalogues,
one engine for all."""
