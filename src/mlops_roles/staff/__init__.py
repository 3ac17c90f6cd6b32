"""People in, from whatever form, as one table."""
