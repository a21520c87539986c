"""Pages for everybody who has the address of an open link."""
