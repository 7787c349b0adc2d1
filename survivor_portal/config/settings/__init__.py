"""One module a situation: dev, test, production; what they share is in base."""
