"""The running process: keys, backups, proxies, quarantined plugins, alerts, and what the doctor examines."""
