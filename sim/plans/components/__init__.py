"""The bonuses, one file a family. Each offers ``pay(component, facts, earlier) -> Paid``."""
