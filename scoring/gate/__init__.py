"""The import gate: a file of values becomes checked data, with questions that somebody answers before it is stored.

Errors refuse the file, all at once. Questions are about what is odd and may be right: each is confirmed, and stays with
the data.
"""
