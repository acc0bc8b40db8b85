"""Who is where: check-ins."""
