"""The process chart: the designed process, measured against it from the journal, accounted for and drawn."""
