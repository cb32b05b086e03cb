"""Tracking: scans become milestones, in whatever order they come; milestones become an estimate of arrival."""
