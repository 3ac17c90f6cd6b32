"""An independent verifier of role certificates.

It reads the staff file with its own reader, derives the required skills from the asserted
statements of the shipped Turtle, rebuilds the certificate of this person and role, and compares.
It shares no code with the modules that make certificates: no reasoner, no query, no audit.
"""
