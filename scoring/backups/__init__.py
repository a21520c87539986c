"""A backup: one file with the whole database, its hash, and what must be true of it when it is put back.

Everything that was uploaded lies in the database, so nothing else has to be copied but the secret key (or SECRET_KEY).
"""
