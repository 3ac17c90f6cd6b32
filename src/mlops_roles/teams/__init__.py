"""Several people together: what a change does to what they cover, and the smallest group that covers it."""
