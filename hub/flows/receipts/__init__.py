"""Cash receipts: issued by rule or by hand, voided, and their numbers skipped after a restore."""
