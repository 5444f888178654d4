"""What happened: double-entry accounts, monthly and participant tables, and the ledger folder."""

from sim.ledger.accounts import Entry, LedgerError
from sim.ledger.book import Ledger
from sim.ledger.tables import LedgerTables

__all__ = ["Entry", "Ledger", "LedgerError", "LedgerTables"]
