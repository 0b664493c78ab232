# SPDX-License-Identifier: Apache-2.0
"""The code blocks of the documents, for the tests that hold the documents to what rkt does.

A block is fenced, or in Markdown indented. Its form says what it is:
  pod       a pod file, or a piece of one
  unit      a unit file of systemd
  json      JSON
  text      a picture or output: ```text
  commands  everything else. One that begins with a prompt ("# " or "$ ") shows the output, too; in any other each
            line is a command, and "#" begins a comment.
A file's name stands in its first line ("# /etc/…") or ends the line before the block ("`/etc/…`:").

Comments before a block, which no reader sees (`<!-- … -->` in Markdown, `; …` in scdoc), say how it is tested:
  not run: WHY       it can't be run on a throwaway machine
  before: COMMAND    what the block takes for granted
"""

import json
import pathlib
import re
import textwrap

SOURCE = pathlib.Path(__file__).resolve().parent.parent
POD_SECTION = re.compile(r"^\[(Unit|Pod|App(:[a-z0-9-]+)?|Service|Socket|Install)\]$", re.MULTILINE)
UNIT_LINE = re.compile(r"^(ExecStart=|\[Timer\]$)", re.MULTILINE)
FENCE = re.compile(r"^ *```(\w*)$")
COMMENT = re.compile(r"^ *(?:; |<!-- )(not run|before): (.*?)(?: -->)?$")
NAMED_BEFORE = re.compile(r"[`_](/[^`_ ]+)[`_]:$")
NAMED_INSIDE = re.compile(r"^# (/\S+)\n")
PROMPT = re.compile(r"^[#$] ")


def documents():
    return [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md", *sorted((SOURCE / "Documentation").rglob("*.md")), *sorted((SOURCE / "man").glob("*.scd"))]


class Block:
    def __init__(self, path, line, language, text, lines_before):
        self.document, self.line = path.name, line
        self.where = f"{path.relative_to(SOURCE)}:{line}"
        self.text = re.sub(r"\\(.)", r"\1", text) if path.suffix == ".scd" else text
        self.kind = self.form(language)
        self.not_run, self.before = "", []
        while lines_before and (not lines_before[-1].strip() or COMMENT.match(lines_before[-1])):
            found = COMMENT.match(lines_before.pop())
            if found and found[1] == "not run":
                self.not_run = found[2]
            elif found:
                self.before.insert(0, found[2])
        named = NAMED_INSIDE.match(self.text) or (NAMED_BEFORE.search(lines_before[-1]) if lines_before else None)
        self.file = named[1] if named and self.kind in ("pod", "unit", "json") else ""

    def form(self, language):
        if language == "text":
            return "text"
        if UNIT_LINE.search(self.text):
            return "unit"
        if POD_SECTION.search(self.text):
            return "pod"
        try:
            json.loads(self.text)
        except ValueError:
            return "commands"
        return "json"

    def commands(self):
        """Each command with the lines of output that are shown, if any."""
        found, shows = [], PROMPT.match(self.text)
        for line in re.split(r"(?<!\\)\n", self.text.rstrip("\n")):
            if shows and not PROMPT.match(line):
                found[-1][1].append(line)
            elif shows or (line.strip() and not line.startswith("#")):
                found.append((PROMPT.sub("", line) if shows else line, []))
        return found


def blocks(path):
    lines = path.read_text().splitlines()
    indented = path.suffix == ".md" and (lambda n: n < len(lines) and (lines[n].startswith("    ") or not lines[n].strip()))
    at = 0
    while at < len(lines):
        begin, fence = at, FENCE.match(lines[at])
        at += 1
        if fence:
            while not FENCE.match(lines[at]):
                at += 1
            inner, at = lines[begin + 1:at], at + 1
        elif indented and lines[begin].startswith("    ") and not lines[begin - 1].strip():
            while indented(at):
                at += 1
            inner = lines[begin:at]
        else:
            continue
        text = textwrap.dedent("\n".join(inner)).strip("\n") + "\n"
        yield Block(path, begin + 1, fence[1] if fence else "", text, lines[:begin])
