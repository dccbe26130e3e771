"""What a company's people look at: the desk, a record, activity, messages, exports and papers, and the search."""
