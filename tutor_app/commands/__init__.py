"""The subcommands of `tutor`, one module each; every module has `add(commands)`."""
