"""`tutor help [TOPIC]`: the guides, as the app shows them."""

import argparse


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `help` to the command line."""
    parser = commands.add_parser("help", help="read a guide; without a topic, list them")
    parser.add_argument("topic", nargs="?", default="", metavar="TOPIC")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from tutor_app import guides

    if options.topic:
        print(guides.guide(options.topic).text.rstrip())
        return 0
    every = guides.all_guides()
    width = max(len(guide.name) for guide in every)
    for guide in every:
        print(f"{guide.name:{width}}  {guide.title}: {guide.about}")
    print("\nRead one with: tutor help TOPIC")
    return 0
