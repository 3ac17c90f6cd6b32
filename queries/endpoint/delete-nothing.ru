DELETE DATA { GRAPH <$graph> { <$graph> <$graph> <$graph> } }
