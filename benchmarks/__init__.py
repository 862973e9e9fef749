"""Speed and memory, as ratios where a machine's own speed would drown the figure."""
