"""Checks of filters, areas, sessions, and of odd traces."""
