"""Ways in which an answer could be lost, doubled or overwritten: one small script each, by what goes wrong."""
