"""Made-up people, streets and registers with planted truth."""
