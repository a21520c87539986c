"""The bundle for a house without a network: `building` makes it, `install.sh` and `launch` are what travels in it."""
