"""Staff data from files, databases or RDF, as one table."""
