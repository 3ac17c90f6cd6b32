DELETE WHERE { GRAPH <$graph> { ?subject ?predicate ?object } }
