"""What the server can do with the model that is loaded."""
