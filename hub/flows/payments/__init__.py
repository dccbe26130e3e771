"""Payments from the offer to their end: started, received, checked, recorded, and operated on."""
