"""Who is there: people, the contact network, and what goods cost whom."""
