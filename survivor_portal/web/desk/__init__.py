"""The door for people at a desk: sign-in, the queue, granted cases."""
