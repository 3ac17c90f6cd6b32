"""A second opinion on role certificates, which trusts neither them nor the code that makes them.

It reads the staff file with its own reader, walks over the asserted statements of the shipped
Turtle, writes down what a certificate of this person and role would have to say, and compares.
It imports nothing that certificates are made with: no reasoner, no query, no audit.
"""
