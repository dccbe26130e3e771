"""The countries that the hub brings along, each one record;
found through entry-point group ``hub.countries``."""
