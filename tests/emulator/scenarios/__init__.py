"""What an emulated account holds."""
