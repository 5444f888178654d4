"""Who earns, and why so few?"""
