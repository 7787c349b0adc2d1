"""What `manage.py up` and `test` do; standard library only, as it runs before anything is installed."""
