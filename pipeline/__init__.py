"""duizhao: an English machine-learning newsletter in, a parallel Chinese one out. Start reading at `translate.py`."""

__version__ = "0.1.0"
