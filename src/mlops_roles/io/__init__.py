"""Files in and out, within limits: RDF, SSSOM, text; knows no role."""
