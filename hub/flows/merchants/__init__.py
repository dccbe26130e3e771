"""Companies and their people: the form, options, logo, language, members, sessions and API keys."""
