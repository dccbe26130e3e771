"""Payments from the offer to their end: started, heard of, asked about, recorded, and operated on."""
