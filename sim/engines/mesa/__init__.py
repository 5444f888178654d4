"""The engine of agents that one can read, subclass and watch."""
