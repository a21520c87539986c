"""How fast, how right: measurements and simulations of the method. ``python -m benchmarks`` runs the comparison."""
