"""What is due, run."""
