"""The addresses of an open link. None of them carries a secret: the cookie does."""

from django.urls import path

from surveys import paths  # noqa: F401  knows how numbers stand in an address

from . import pages

O = "o/<slug:slug>/"  # noqa: E741  as the letter in the address

urlpatterns = [
    path(O, pages.start, name="open_start"),
    path(f"{O}pages/<number:number>/", pages.rows, name="open_rows"),
    path(f"{O}review/", pages.review, name="open_review"),
    path(f"{O}receipt/", pages.receipt, name="open_receipt"),
]
