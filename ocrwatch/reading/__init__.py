"""Reading: what is printed on a document's pages, as display text by field name."""
