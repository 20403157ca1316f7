"""YouTube and My Activity from Takeout: histories in JSON and as pages, in any language; lists as CSV."""
