"""What the laboratory costs: seconds and memory, measured by command, never asserted in a test."""
