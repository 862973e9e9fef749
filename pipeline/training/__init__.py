"""Trains, adapts and measures the embedded English-Chinese model."""
