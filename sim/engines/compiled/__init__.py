"""The compiled engine: arrays and one compiled function a phase, for scale."""
