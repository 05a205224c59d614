"""What screens are made of: one widget, one file."""
