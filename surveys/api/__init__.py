"""A door for other programs: JSON in and out under `/api/v1/`, by token.

An operation is declared once, by `operation`: its address, who may use it, what it takes and what it answers. From
these declarations come the addresses, the checks and the description (OpenAPI), so that none can say anything else.
"""
