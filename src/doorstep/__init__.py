"""Doorstep: customer logistics from promise to doorstep."""
