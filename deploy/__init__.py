"""What it takes to run the site elsewhere: docs/deployment.md and docs/intranet.md tell of each file."""
