"""Which of our terms a job title, or a term of another vocabulary, means."""
