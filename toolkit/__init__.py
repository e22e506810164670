"""Offline batch toolkit for forensic search and audit reconstruction."""
