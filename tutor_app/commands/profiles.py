"""`tutor profiles`: who learns on this machine."""

import argparse

from tutor_app.commands.common import confirmed, read_settings
from tutor_app.errors import UserError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `profiles` and its parts."""
    profiles = commands.add_parser("profiles", help="who learns on this machine (no passwords)")
    parts = profiles.add_subparsers(dest="part", metavar="WHAT", required=True)
    parts.add_parser("list", help="all profiles").set_defaults(run=_list)
    new = parts.add_parser("add", help="make profiles, such as a whole class")
    new.add_argument("names", nargs="+", metavar="NAME")
    new.set_defaults(run=_add)
    rename = parts.add_parser("rename", help="give a profile another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new", metavar="NEW")
    rename.set_defaults(run=_rename)
    remove = parts.add_parser("remove", help="delete a profile and all it did (a backup is kept)")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.set_defaults(run=_remove)


def _list(options: argparse.Namespace) -> int:
    from tutor_app.learning.history import History

    with History.open() as history:
        for profile in history.profiles():
            answers = history.read("SELECT count(*) FROM attempts WHERE profile = ?", (profile.id,))[0][0]
            print(f"{profile.name}: {answers} answers")
    return 0


def _add(options: argparse.Namespace) -> int:
    from tutor_app.learning.beginning import to_type
    from tutor_app.learning.history import History

    settings = read_settings()
    with History.open() as history:
        try:
            with history.writing() as db:
                profiles = [history.profile_within(db, name) for name in options.names]
        except UserError as error:
            raise UserError(f"{error} Nobody was added.") from error
        for profile in profiles:
            print(f"{profile.name} can start: {to_type('', profile, history, settings)}")
    return 0


def _rename(options: argparse.Namespace) -> int:
    from tutor_app.commands.common import unknown_profile
    from tutor_app.learning.history import History

    with History.open() as history:
        profile = history.find_profile(options.name)
        if profile is None:
            raise unknown_profile(history, options.name)
        print(f"{profile.name} is now {history.rename_profile(profile, options.new).name}.")
    return 0


def _remove(options: argparse.Namespace) -> int:
    from tutor_app.commands.common import unknown_profile
    from tutor_app.learning.history import History

    with History.open() as history:
        profile = history.find_profile(options.name)
        if profile is None:
            raise unknown_profile(history, options.name)
        question = f"Remove {profile.name} with all answers, notes and reviews?"
        if not options.yes and not confirmed(question):
            print("Nothing was removed.")
            return 0
        kept = history.remove_profile(profile)
    print(f"{profile.name} is removed. A backup of before is {kept}; delete it too if nothing shall remain.")
    return 0
