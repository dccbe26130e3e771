"""The books: money that came is booked, bills are imported and settled,
entries are reversed and notes erased."""
