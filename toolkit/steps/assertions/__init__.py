"""What `toolkit selftest` asserts: each with what is expected and what is found on this machine."""
