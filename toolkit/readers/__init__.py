"""One file per kind of source: bytes in, rows and problems out."""
