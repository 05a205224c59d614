"""`tutor settings`: see and change the settings."""

import argparse
import json


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `settings` and its parts."""
    settings = commands.add_parser("settings", help="see and change the settings")
    settings.set_defaults(run=_list, json=False)
    parts = settings.add_subparsers(dest="part", metavar="WHAT")
    listing = parts.add_parser("list", help="all settings with what they do")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    listing.set_defaults(run=_list)
    get = parts.add_parser("get", help="one setting's value")
    get.add_argument("name", metavar="NAME", help="such as practise.questions")
    get.set_defaults(run=_get)
    change = parts.add_parser("set", help="change a setting")
    change.add_argument("name", metavar="NAME")
    change.add_argument("value", metavar="VALUE")
    change.set_defaults(run=_set)
    parts.add_parser("path", help="where the file lies").set_defaults(run=_path)


def _list(options: argparse.Namespace) -> int:
    from tutor_app.commands.common import read_settings
    from tutor_app.learning.settings import all_settings

    settings = read_settings()
    if options.json:
        print(
            json.dumps({s.name: settings.get(s.name) for s in all_settings()}, ensure_ascii=False, indent=2)
        )
        return 0
    for setting in all_settings():
        print(f"{setting.name} = {_shown(settings.get(setting.name))}")
        choices = f" One of {', '.join(setting.choices)}." if setting.choices else ""
        print(f"    {setting.help}{choices}")
    return 0


def _get(options: argparse.Namespace) -> int:
    from tutor_app.commands.common import read_settings

    print(_shown(read_settings().get(options.name)))
    return 0


def _set(options: argparse.Namespace) -> int:
    from tutor_app.learning.settings import SettingsFile, find

    value = find(options.name).parse(options.value)
    settings = SettingsFile().set(options.name, value)
    print(f"{options.name} = {_shown(settings.get(options.name))}")
    return 0


def _path(options: argparse.Namespace) -> int:
    from tutor_app.learning.settings import SettingsFile

    print(SettingsFile().path)
    return 0


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
