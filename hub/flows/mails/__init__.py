"""Mails: what is owed is drawn, handed over, tried again, previewed and listed."""
