"""Logging in to Solid servers: tokens that are bound to a key, the browser, and where logins are kept."""
