"""Papers: labels, slips, lists, bills of lading, manifests and customs forms. Values in, bytes out."""
