"""What a customer opens and says: statements, rounds, orders, notes, proofs, and the end of reminders."""
