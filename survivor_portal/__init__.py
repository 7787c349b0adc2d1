"""Survivor Portal: a link goes in, a plan and valid removal requests come out."""
