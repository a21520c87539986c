"""What a run's bundle holds beside its weight set, and how it is checked. No Django here: these modules travel with it."""
