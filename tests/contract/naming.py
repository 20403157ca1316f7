"""Names of the pods that the contract is checked on, as they stand in the table of differences."""

from __future__ import annotations

__all__ = ["ACP", "EMBEDDED", "JSS", "PODS", "SERVERS", "TITLES", "WAC"]

EMBEDDED, WAC, ACP, JSS = "embedded", "css-wac", "css-acp", "jss"
SERVERS = (WAC, ACP, JSS)
PODS = (EMBEDDED, *SERVERS)

TITLES = {
    EMBEDDED: "Embedded pod",
    WAC: "Community Solid Server 7.2, WAC",
    ACP: "Community Solid Server 7.2, ACP",
    JSS: "JavaScript Solid Server 0.0.81",
}
