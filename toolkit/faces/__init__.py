"""From pixels to candidates: detect, describe, search."""
