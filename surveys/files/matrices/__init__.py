"""Judgments as square matrices: found on any sheet, read cell by cell, snapped to the scale in sight of all."""

from surveys.files.matrices.found import Asked, Found, Matrix, People
from surveys.files.matrices.reading import NoMatrix, read_matrices

__all__ = ["Asked", "Found", "Matrix", "NoMatrix", "People", "read_matrices"]
