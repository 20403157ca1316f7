"""The only door out: studies and training rounds, each report under a Permit."""
