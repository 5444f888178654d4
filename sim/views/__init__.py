"""What people see: figures, the report, the terminal's tables and progress."""
