"""The straight way, one file per verb."""
