"""The queues in which wake-ups of jobs wait. A worker takes from each in turn, so that none keeps another waiting.

Nothing here imports Django: settings read the names.
"""

INTERACTIVE = "interactive"
"""What somebody waits for at a screen, and the pulse that finds what was lost."""
MAIL = "mail"
BULK = "bulk"
"""What is computed in many parts, or for minutes."""
QUEUES = (INTERACTIVE, MAIL, BULK)
