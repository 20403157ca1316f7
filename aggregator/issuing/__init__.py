"""Issuers: pod operators that vouch for their people, one blind token for each person and study."""
