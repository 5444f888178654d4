"""What to simulate: the typed scenario, and the strict reading of the YAML files that hold it."""
