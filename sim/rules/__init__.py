"""How people decide: one small scalar function a decision, one topic a file, plain Python."""
