"""Reads files with the parser of tree-sitter: paint.py PARSER.so QUERIES paint|check FILE…

`paint` paints them with the queries: for each, a line per line of it, with a letter per byte that says what the byte is shown as.
`check` says where one has an error, and that each query is one.
"""

import ctypes
import pathlib
import sys

from tree_sitter import Language, Parser, Query, QueryCursor

LETTERS = {"comment": "c", "string": "s", "constant.numeric": "n", "keyword": "k", "constant.builtin": "k", "attribute": "k"}


def letter(capture):
    while capture:
        if capture in LETTERS:
            return LETTERS[capture]
        capture = capture.rpartition(".")[0]
    return "."


def paint(text, root, query):
    shown = bytearray(b"." * len(text))
    for capture, nodes in QueryCursor(query).captures(root).items():
        for node in nodes:
            for at in range(node.start_byte, node.end_byte):
                shown[at] = ord(letter(capture))
    for at, byte in enumerate(text):
        if byte == ord("\n"):
            shown[at] = byte
    print(shown.decode(), end="" if text.endswith(b"\n") else "\n")
    print("=")


def wrong(node):
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from wrong(child)


def capsule(entry):
    """The language that a function of C gives, as Python's library wants it."""
    entry.restype = ctypes.c_void_p
    wrap = ctypes.pythonapi.PyCapsule_New
    wrap.restype, wrap.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return wrap(entry(), b"tree_sitter.Language", None)


def main():
    library, queries, task, *files = sys.argv[1:]
    language = Language(capsule(ctypes.CDLL(library).tree_sitter_mvm))
    parser = Parser(language)
    read = {path.stem: Query(language, path.read_text()) for path in sorted(pathlib.Path(queries).glob("*.scm"))}
    for file in files:
        text = pathlib.Path(file).read_bytes()
        root = parser.parse(text).root_node
        if task == "paint":
            paint(text, root, read["highlights"])
        for node in wrong(root):
            print(f"{file}:{node.start_point.row + 1}:{node.start_point.column + 1}: {node}", file=sys.stderr)


main()
