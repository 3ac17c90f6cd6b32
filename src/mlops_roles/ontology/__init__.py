"""The ontology in memory: load, infer, ask, explain."""
