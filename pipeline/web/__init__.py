"""The review page: a server for one person on one machine."""
