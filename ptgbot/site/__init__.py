"""The published site: its formats, putting its files in place whole, and a small web server for them."""
