"""The proofs, by subject."""
