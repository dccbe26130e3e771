"""Provider accounts: connected, tried, paused, watched, retired,
and the secrets that they are opened with."""
