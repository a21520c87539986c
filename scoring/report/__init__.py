"""A report's figures from one run: the plan, the figures, the document that they fill, and what has changed since."""
