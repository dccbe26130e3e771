"""What people record and set right by hand: receipts, withholdings, corrections, refunds,
and decisions of two."""
