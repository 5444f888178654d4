"""What people see: figures, the report and the terminal's tables."""
