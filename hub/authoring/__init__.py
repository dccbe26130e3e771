"""A provider begins from a template, and is brought up to date with it later (needs the extra ``author``)."""
