"""Simulated experts: what they think (`mind`), what they read (`pages`), and how they go through the site (`walker`).

They know the site from outside alone, as a browser without JavaScript does: nothing here imports Django or a model.
"""
