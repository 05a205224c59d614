"""What a question and a bank are, how they are read, checked, kept and written."""
