"""What a person configures: settings, where they come from, built-in document types, and the key."""
