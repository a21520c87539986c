"""Files in and out: bytes become checked rows, and rows become bytes. No database, no request."""
