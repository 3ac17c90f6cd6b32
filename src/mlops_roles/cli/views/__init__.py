"""The text and the HTML of each answer."""
