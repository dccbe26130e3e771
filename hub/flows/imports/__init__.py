"""Imports: a file is taken in, understood with whoever brings it, saved, and taken back."""
