"""The roof: settings, addresses and the way into the web server. Nobody imports it."""
