"""One thing on one page, for people and as data.

Pages know the whole hub, so a command imports its page when it runs.
"""
