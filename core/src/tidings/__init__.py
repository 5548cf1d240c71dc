"""Tidings tells what became of your asynchronous generative-AI tasks. Importing it costs next to nothing: names load on first use."""
