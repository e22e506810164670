"""From tables to answers: SQL models, rules, questions, and how they are said."""
