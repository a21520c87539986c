"""What a run's bundle holds beside its weight set, and how it is checked. No Django: this travels with the bundle."""
