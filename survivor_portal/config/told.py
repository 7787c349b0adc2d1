"""The settings a site takes from its environment in the same way on one's own machine and for real people."""

from typing import Any

from survivor_portal.config.env import Environment


def alike(env: Environment) -> dict[str, Any]:
    """By Django's and our own names (`settings/base.py`). What differs stands in the files of settings."""
    return {
        "SECRET_KEY": env.secret_key,
        "ALLOWED_HOSTS": list(env.hosts),
        "DATA_DIR": env.data_dir,
        "BACKUP_DIR": env.stewardship.backups,
        "KEYS_BACKUP_DIR": env.stewardship.keys_backups,
        "BACKUPS_BY_ITSELF": env.stewardship.by_itself,
        "BACKUPS_KEPT": env.stewardship.kept,
        "METRICS": env.stewardship.metrics,
        "REVIEWED_ON": env.stewardship.reviewed_on,
        "WEB_PROCESSES_HERE": env.web_processes,
        "DESK_OPEN": env.desk_open,
        "INDEX_KEY": env.index_key,
        "EPOCH_DIR": env.epoch_dir,
        "AUTO_PUBLIC_KEY": env.auto_key.public,
        "AUTO_KEY_FILE": env.auto_key.file,
        "RELAY_DOMAIN": env.mail.domain,
        "MAIL_OUT": env.mail.out,
        "MAIL_IN": env.mail.into,
        "MAIL_IN_SHOWS": env.mail.shown,
        "POSTMASTER": env.mail.postmaster,
        "MAIL_SENDERS": env.mail_senders,
        "DKIM_SELECTOR": env.mail.selector,
        "DKIM_KEY_FILE": env.mail.dkim_key,
        "LOOKUPS": env.look_ups.sites,
        "LINK_CHECKS": env.look_ups.links,
        "LINK_CHECKS_CHILDREN": env.look_ups.links_of_children,
        "LOOKUPS_RESOLVERS": env.look_ups.resolvers,
        "LINK_CHECKS_PROXY": env.look_ups.proxy,
        "NOTES_NAME": env.nudges.name,
        "NOTES_SITE": env.nudges.site,
        "STATIC_ROOT": env.data_dir / "static",
        "SITE_NAME": env.site_name,
        "EXIT_TARGET": env.exit_target,
        "OPERATOR_NAME": env.operator.name,
        "OPERATOR_CONTACT": env.operator.contact,
        "OPERATOR_COUNTRY": env.operator.country,
        "OPERATOR_ADDRESS": env.operator.address,
        "SECURITY_CONTACT": env.operator.security_contact,
    }
