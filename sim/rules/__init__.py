"""How people decide: one small scalar function a decision, one topic a file, plain Python.

Every public function here can be replaced by a researcher's own (docs/own-rules.md).
"""
