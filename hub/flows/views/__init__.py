"""What a company's people look at: lists, a record, activity, messages, exports and documents, and the search."""
