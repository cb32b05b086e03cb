"""Promises as distributions: handling, transit and supply as probability masses, and the windows that they support."""
