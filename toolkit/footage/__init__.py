"""From a container to frames with their times."""
