"""Which of our terms is meant: by a job title, by another vocabulary."""
