"""A month's close: what is open, closing and opening again, the package, and whether it still holds."""
