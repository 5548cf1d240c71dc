"""`tidings new-provider`: a complete distribution of a provider, written from templates, to fill in."""
