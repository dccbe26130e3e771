"""The sample companies and invoices, and the story played on them over real HTTP and SMTP."""
