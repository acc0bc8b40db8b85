"""What the product does, a folder each."""
