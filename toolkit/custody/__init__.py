"""Proof that nothing changed: digests, atomic writes, the manifest, the log."""
