"""Completion for bash, zsh and fish, made of the table of commands; nothing is run while somebody types."""

import argparse

from frontdesk_client.cli.parser import COMMANDS, COMMON, SHELLS, Command
from frontdesk_client.cli.speech import PROGRAM

_NAME = PROGRAM.replace("-", "_")


def run(options: argparse.Namespace) -> None:
    """Print the script of one shell."""
    print({"bash": write_bash, "zsh": write_zsh, "fish": write_fish}[options.shell]())


def write_bash() -> str:
    """A function for `complete`."""
    arms = "\n".join(f'    {each.name}) words="{" ".join(_words(each))}" ;;' for each in COMMANDS)
    return f"""_{_NAME}() {{
  local words command="" each
  for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$each" in {"|".join(each.name for each in COMMANDS)}) command="$each"; break ;; esac
  done
  case "$command" in
{arms}
    *) words="{" ".join(each.name for each in COMMANDS)} --help --version" ;;
  esac
  case "${{COMP_WORDS[COMP_CWORD-1]}}" in
    --secret-file|--data) COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}")) ;;
  esac
}}
complete -F _{_NAME} {PROGRAM}"""


def write_zsh() -> str:
    """A function for `compdef`."""
    names = "\n".join(f"    {_quote(f'{each.name}:{_plain(each.purpose)}')}" for each in COMMANDS)
    arms = "\n".join(f"    {each.name}) _arguments {' '.join(_zsh_words(each))} ;;" for each in COMMANDS)
    return f"""#compdef {PROGRAM}
_{_NAME}() {{
  local -a commands=(
{names}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="${{words[2]}}"
  shift words
  (( CURRENT-- ))
  case "$command" in
{arms}
  esac
}}
compdef _{_NAME} {PROGRAM}"""


def write_fish() -> str:
    """Lines of `complete`."""
    lines = [f"complete -c {PROGRAM} -f"]
    for each in COMMANDS:
        lines.append(f"complete -c {PROGRAM} -n __fish_use_subcommand -a {each.name} -d {_quote(_plain(each.purpose))}")
        inside = f"complete -c {PROGRAM} -n {_quote(f'__fish_seen_subcommand_from {each.name}')}"
        for word in (*each.words, *COMMON):
            if word.name.startswith("--"):
                value = "" if "action" in word.more and word.more["action"] == "store_true" else " -r"
                files = " -F" if word.name in ("--secret-file", "--data") else ""
                lines.append(f"{inside} -l {word.name[2:]}{value}{files} -d {_quote(_plain(word.help))}")
        if each.name == "completion":
            lines.append(f"{inside} -a {_quote(' '.join(SHELLS))}")
    return "\n".join(lines)


def _words(command: Command) -> list[str]:
    options = [word.name for word in (*command.words, *COMMON) if word.name.startswith("--")]
    return [*options, "--help", *(SHELLS if command.name == "completion" else ())]


def _zsh_words(command: Command) -> list[str]:
    said = []
    for word in (*command.words, *COMMON):
        if word.name.startswith("--"):
            takes = ""
            if word.more.get("action") != "store_true":
                takes = f":{word.name[2:]}:{'_files' if word.name in ('--secret-file', '--data') else ''}"
            repeated = "*" if word.more.get("action") == "append" else ""
            said.append(_quote(f"{repeated}{word.name}[{_plain(word.help)}]{takes}"))
        else:
            choices = f"({' '.join(word.more['choices'])})" if "choices" in word.more else " "
            said.append(_quote(f":{word.name}:{choices}"))
    return said


def _plain(text: str) -> str:
    """Without what one of the shells would take for its own."""
    return "".join(each for each in text if each not in "[]:'\"`$\\")


def _quote(text: str) -> str:
    return f"'{text}'"
