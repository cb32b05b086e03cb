"""Carriers: what a parcel costs, whether it may travel, and each carrier's dialect. Pure: nothing is sent from here."""
