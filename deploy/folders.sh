#!/bin/bash
# For compose.yaml: whose each folder is. The numbers are those of `user:` there; 999 is PostgreSQL's own.
set -eu
install -d -m 0700 -o 10001 -g 10001 /var/lib/sp-web
install -d -m 0700 -o 10002 -g 10002 /var/lib/sp-work
install -d -m 0700 -o 10003 -g 10003 /var/lib/sp-post
install -d -m 0700 -o 10005 -g 10005 /var/lib/sp-own
install -d -m 0700 -o 10004 -g 10004 /var/lib/sp-keys/epochs
install -d -m 0750 -o 10004 -g 10010 /run/sp-keys
install -d -m 0755 -o 999 -g 999 /run/cases
install -d -m 0750 -o 999 -g 10004 /run/keys
install -d -m 0750 -o 10006 -g 10010 /run/redis
install -d -m 0750 -o 10006 -g 10010 /run/redis-counts
install -d -m 0700 -o 10006 -g 10006 /data
