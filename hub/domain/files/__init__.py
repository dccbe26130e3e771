"""Files of rows as people and their programs write them: from bytes to invoices, customers and lines of a payout."""
