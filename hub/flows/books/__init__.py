"""The books: money that came is booked, bills are revised and settled,
entries are reversed and notes erased."""
