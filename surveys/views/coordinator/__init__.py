"""The coordinator's pages: from an indicator file to a weight set that two people have signed."""
