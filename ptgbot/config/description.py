"""What a bot would do with a configuration, in words."""

from collections.abc import Iterator

from ptgbot.config.model import Config
from ptgbot.config.sections import x
from ptgbot.config.values.text import plain

__all__ = ["describe"]


def describe(config: Config) -> list[str]:
    """Return what a bot with this configuration would do, in lines for ``ptgbot check``; none shows a secret."""
    lines = [*(_irc(config) if config.on_irc else ()), *(_slack(config) if config.on_slack else ()), *_accounts(config)]
    lines.append(f"store {config.store_path}")
    if config.imported_source:
        lines.append(f"   because db_filename {config.imported_source} is inside site_dir, where it would be published")
    lines.append(f"site {config.site_dir}" + (f", seen at {config.site_url}" if config.site_url else ""))
    first_day = f"days from {config.event_first_day}" if config.event_first_day else "dates as the slots tell them"
    lines.append(f"event {config.event_name or 'without a name'}, time zone {config.event_timezone.key}, {first_day}")
    lines += [*_reminders(config), *_open_spaces(config)]
    if config.log_config:
        lines.append(f"logging as {config.log_config} says")
    return [plain(line) for line in lines]


def _irc(config: Config) -> list[str]:
    server, channels = " or ".join(config.irc_servers), ", ".join(config.irc_channels)
    tls = "with" if config.irc_tls else "without"
    where = "channel" if len(config.irc_channels) == 1 else "channels"
    lines = [f"IRC {server} port {config.irc_port} {tls} TLS as {config.irc_nick}, {where} {channels}"]
    if config.irc_ca_file:
        lines.append(f"certificates to trust: {config.irc_ca_file}")
    lines += _sasl_logins(config)
    if config.irc_pass.get_secret_value():
        lines.append(f"NickServ login with irc_pass from {_source(config, 'irc_pass')}")
    else:
        lines.append("no NickServ login")
    return lines


def _slack(config: Config) -> list[str]:
    way, secret = "a socket", "slack.app_token"
    if config.slack_mode == "http":
        way, secret = f"HTTP on port {config.slack_port}", "slack.signing_secret"
    tokens = [f"{key} from {config.sources.get(key, 'the program')}" for key in ("slack.bot_token", secret)]
    where = f", at {config.slack_api_url}" if config.slack_api_url else ""
    listed = {
        "commands in": config.slack_channels,
        "now and next in": config.slack_announce,
        "organisers besides the admins": config.slack_organisers,
        "moderators": config.slack_moderators,
    }
    lines = [f"Slack by {way}{where}, with {' and '.join(tokens)}"]
    return [*lines, *(f"   {what} {', '.join(ids)}" for what, ids in listed.items() if ids)]


def _sasl_logins(config: Config) -> list[str]:
    """Return in words how the bot logs in by SASL; nothing where it does not."""
    ways = []
    if config.irc_client_cert and config.irc_tls:
        ways.append(f"with the certificate in {config.irc_client_cert}")
    if config.irc_sasl_user and config.irc_sasl_password.get_secret_value():
        source = _source(config, "irc_sasl_password")
        ways.append(f"as {config.irc_sasl_user} with irc_sasl_password from {source}")
    if not ways:
        return []
    otherwise = "or the server is left" if config.irc_sasl_required else "where the server has it"
    return [f"SASL login {', else '.join(ways)}, {otherwise}"]


def _accounts(config: Config) -> Iterator[str]:
    """Say where posts go out, and whether they really do."""
    rehearsal = "goes only to the log and to the organisers"
    if config.on_x:
        sources = dict.fromkeys(_source(config, key) for key in x.NEEDED)
        yield f"X at {config.x_api_url}, with keys from {' and '.join(sources)}"
        if config.x_dry_run:
            yield f"   x.dry_run is on: what would be posted {rehearsal}"
    if config.on_mastodon:
        source = _source(config, "mastodon.access_token")
        yield f"Mastodon {config.mastodon_url}, {config.mastodon_visibility} posts, with a token from {source}"
        if config.mastodon_dry_run:
            yield f"   mastodon.dry_run is on: what would be posted {rehearsal}"
    if config.announce_approve and (config.on_x or config.on_mastodon):
        yield "   an organiser approves each post"


def _reminders(config: Config) -> Iterator[str]:
    if config.reminders_targets:
        to = ", ".join(config.reminders_targets)
        minutes = " and ".join(map(str, config.reminders_slots))
        yield f"reminders {minutes} minutes before each slot, to {to}" if minutes else f"announcements to {to}"
    quiet, grace = config.reminders_quiet, config.reminders_grace
    when = f"except from {quiet[0]:%H:%M} to {quiet[1]:%H:%M}" if quiet else "at any time"
    nudged = ", and to moderators of whose slot nothing was said" if config.reminders_nudges else ""
    late = f"at most {grace:g} minute{'s' * (grace != 1)} late" if grace else "what is late is not sent"
    yield f"reminders in private {when}, to those who ask for them{nudged}; {late}"
    if config.event_newday_at:
        yield f"~newday by itself at {config.event_newday_at:%H:%M}"


def _open_spaces(config: Config) -> Iterator[str]:
    words = (*config.openspaces_words, *(f"#{tag}" for tag in config.openspaces_hashtags))
    if not config.openspaces_rooms and not words and not config.openspaces_slack_channel:
        return
    rooms = ", ".join(room.name for room in config.openspaces_rooms) or "the rooms of the schedule"
    days = " and ".join(map(str, config.openspaces_days)) or "every day of the schedule"
    begin, end = config.openspaces_hours
    yield f"open spaces in {rooms}, on {days}, {begin:%H:%M} to {end:%H:%M}"
    tagged = any(word.startswith("#") for word in words)
    where = ["X"] * (config.on_x and bool(words)) + ["Mastodon"] * (config.on_mastodon and tagged)
    if config.openspaces_slack_channel:
        where.append(f"{config.openspaces_slack_channel} in Slack")
    if where:
        yield f"   found on {', '.join(where)}{' by ' * bool(words)}{', '.join(dict.fromkeys(words))}"
    by = "themselves where there is no doubt" if config.openspaces_auto_send else "an organiser, each of them"
    yield f"   approved by {by}"
    if config.reminders_targets and config.openspaces_leads:
        minutes = " and ".join(map(str, config.openspaces_leads))
        yield f"   reminders {minutes} minutes before, to {', '.join(config.reminders_targets)}"
    cards = (
        ("what goes out", config.openspaces_outgoing_channel),
        ("what needs a person", config.openspaces_review_channel),
        ("conflicts", config.openspaces_conflict_channel),
    )
    if shown := [f"{what} in {channel}" for what, channel in cards if channel]:
        yield f"   cards in Slack: {', '.join(shown)}"


def _source(config: Config, key: str) -> str:
    return config.sources.get(key, "the program")
