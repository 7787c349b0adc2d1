"""The door that stands open to everybody: first page, helplines, notices, open data. No cookie, no query."""
