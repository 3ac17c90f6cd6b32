"""Bytes in and out, within limits: RDF, SSSOM, text, and files that appear whole or not at all."""
