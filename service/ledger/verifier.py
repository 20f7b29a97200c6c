#!/usr/bin/env python3
"""Checks an export of the Mandate Desk ledger without trusting whoever made it.

    python3 verifier.py BUNDLE --vkey KEY [--seen OLD.note]...

BUNDLE is the zip, or a folder with its files. KEY is the verifier key that you were given apart from the bundle.
OLD.note is a checkpoint that you kept from earlier: without one, nobody can tell a rolled-back log from a young one.
Prints a JSON report, which lists what is NOT proven. Exit status: 0 good, 1 tampered with, 2 malformed.
This file stands alone: Python's standard library, no network. It shares no code with the writer of the ledger.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import zipfile
from pathlib import Path

FORMAT = "mandate-desk-ledger-export/1"
FILES = ("manifest.json", "leaves.jsonl", "checkpoint.note", "proof.json")
SMALL = 4 * 1024 * 1024
LEAF_LIMIT = 65_535
LEAF_FIELDS = {"v", "id", "at", "event", "stream", "actor", "nonce", "facts", "sd"}
NOT_PROVEN = [
    "that every event was written: what never reached the ledger leaves no gap in it",
    "that the times are true: only the order of the leaves is proven",
    "that what the leaves say is true, or that the salted digests stand for any given text",
    "that the tail of a single request is whole, beyond the log's own size",
    "anything that the zip says of itself, such as dates: only the files in it are checked",
    "that the key belongs to whom you think: compare it with the one given to you on paper",
]
NO_SEEN = "that the log was not rolled back or forked: no earlier checkpoint was given with --seen"


class Tampered(Exception):
    """The bundle is well formed and does not hold together."""


class Malformed(Exception):
    """The bundle, the key or an earlier note cannot be read."""


# Ed25519 verification, RFC 8032 section 5.1.7, in extended coordinates. Only public data passes through it.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    """The x of the curve point with this y, or None where there is none."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def decode_point(data):
    """The point in 32 bytes, or None."""
    value = int.from_bytes(data, "little")
    y, sign = value & ((1 << 255) - 1), value >> 255
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signature_holds(public, message, signature):
    """Whether the 64-byte signature over the message is the key's."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r, s = decode_point(public), decode_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(k, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).


def from_base64(text, size, what):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Malformed(f"{what} is not base64") from None
    if base64.b64encode(data).decode() != text or (size and len(data) != size):
        raise Malformed(f"{what} is not canonical base64 of the right length")
    return data


def parse_key(text):
    """(name, key id, public key) of a verifier key; raises Malformed."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[^\s+]+", parts[0]):
        raise Malformed("the verifier key is not NAME+ID+KEY")
    raw = from_base64(parts[2], 33, "the verifier key")
    key_id = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if raw[:1] != b"\x01" or key_id.hex() != parts[1]:
        raise Malformed("the verifier key's parts do not belong together")
    return parts[0], key_id, raw[1:]


def open_checkpoint(data, key, what):
    """(size, root) of a checkpoint that the key signed; raises Tampered where it did not, Malformed for no note."""
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(f"{what} is not UTF-8") from None
    text, gap, rest = note.rpartition("\n\n")
    text, lines = text + "\n", rest.split("\n")
    if not gap or lines.pop() != "" or not 1 <= len(lines) <= 16 or re.search(r"[\x00-\x09\x0b-\x1f\x7f]", note):
        raise Malformed(f"{what} is not a signed note")
    check_signature(text, lines, key, what)
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/=]+)\n", text)
    if not found:
        raise Malformed(f"{what} is not a checkpoint")
    if found[1] != key[0]:
        raise Tampered(f"{what} is of another log: {found[1]}")
    return int(found[2]), from_base64(found[3], 32, f"the root in {what}")


def check_signature(text, lines, key, what):
    name, key_id, public = key
    ours = 0
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014":
            raise Malformed(f"{what} has a line that is no signature")
        raw = from_base64(parts[2], None, f"a signature of {what}")
        if parts[1] == name and raw[:4] == key_id:
            ours += 1
            if not signature_holds(public, text.encode(), raw[4:]):
                raise Tampered(f"the signature of {what} does not hold")
    if not ours:
        raise Tampered(f"{what} is not signed by the key given")


# The tree (RFC 9162 section 2.1).


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows leaf by leaf in memory that does not grow with it, and keeps the roots at the sizes asked for."""

    def __init__(self, wanted):
        self.size, self.peaks, self.wanted, self.roots = 0, [], set(wanted), {}
        self.note()

    def append(self, data):
        node, at = hashlib.sha256(b"\x00" + data).digest(), self.size
        while at & 1:
            node, at = node_hash(self.peaks.pop(), node), at >> 1
        self.peaks.append(node)
        self.size += 1
        self.note()

    def note(self):
        if self.size in self.wanted:
            self.roots[self.size] = self.root()

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node


def consistent(first, second, old_root, new_root, path):
    """RFC 9162 section 2.1.4.2, for 0 < first < second."""
    path = [old_root, *path] if first & (first - 1) == 0 else list(path)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for one in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node_hash(one, old), node_hash(one, new)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, one)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == old_root and new == new_root


# The bundle.


class Bundle:
    """The files of the export, in a zip or in a folder; no other file may be there."""

    def __init__(self, path):
        self.zip, self.folder = None, Path(path)
        if self.folder.is_dir():
            names = sorted(one.name for one in self.folder.iterdir())
        else:
            self.zip = zipfile.ZipFile(path)
            names = sorted(self.zip.namelist())
        if names != sorted(FILES):
            raise Malformed(f"the bundle must hold {', '.join(FILES)} and nothing else")

    def open(self, name):
        return self.zip.open(name) if self.zip else (self.folder / name).open("rb")

    def small(self, name):
        with self.open(name) as file:
            data = file.read(SMALL + 1)
        if len(data) > SMALL:
            raise Malformed(f"{name} is too large")
        return data


def strict_json(data, what):
    """The value of JSON that names no key twice; raises Malformed."""

    def pairs(items):
        if len({key for key, _ in items}) != len(items):
            raise Malformed(f"{what} names a key twice")
        return dict(items)

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise Malformed(f"{what} is not JSON") from None


def read_proofs(data):
    """[(first, second, hashes)] of proof.json; raises Malformed."""
    document = strict_json(data, "proof.json")
    try:
        if set(document) != {"consistency"}:
            raise Malformed("proof.json holds something else than consistency proofs")
        return [
            (whole(one["first"]), whole(one["second"]), [bytes.fromhex(text) for text in one["hashes"]])
            for one in document["consistency"]
        ]
    except (KeyError, TypeError, ValueError):
        raise Malformed("proof.json is not a list of consistency proofs") from None


def whole(value):
    if type(value) is not int or value < 0:
        raise ValueError("not a whole number")
    return value


def check_manifest(data, key_text, size, root):
    """The manifest's file entries, once it agrees with the checkpoint; raises Tampered or Malformed."""
    manifest = strict_json(data, "manifest.json")
    try:
        if manifest["format"] != FORMAT:
            raise Malformed(f"this verifier reads {FORMAT} alone")
        said = (manifest["origin"], manifest["vkey"], manifest["size"], manifest["root"], manifest["counts"]["leaves"])
        withheld = manifest["counts"]["withheld"]
        files = {name: (one["bytes"], one["sha256"]) for name, one in manifest["files"].items()}
    except (KeyError, TypeError, AttributeError):
        raise Malformed("manifest.json lacks a field") from None
    if said != (key_text.partition("+")[0], key_text, size, root.hex(), size) or withheld != 0:
        raise Tampered("the manifest does not agree with the checkpoint")
    if sorted(files) != sorted(set(FILES) - {"manifest.json"}):
        raise Malformed("the manifest does not list the bundle's files")
    if data != written(manifest, files):
        raise Tampered("the manifest holds more than what is checked, or is written in another way")
    return files


def written(manifest, files):
    """The bytes of a manifest that holds nothing but what is checked."""
    exact = {name: manifest[name] for name in ("format", "origin", "vkey", "size", "root")}
    exact["counts"] = {"leaves": manifest["counts"]["leaves"], "withheld": manifest["counts"]["withheld"]}
    exact["files"] = {name: {"bytes": files[name][0], "sha256": files[name][1]} for name in files}
    return (json.dumps(exact, indent=1) + "\n").encode()


def read_leaves(file, tree, size):
    """Feeds the lines to the tree; (bytes, SHA-256) of the file, and the first line that is no leaf."""
    digest, length, odd = hashlib.sha256(), 0, None
    while line := file.readline(LEAF_LIMIT + 2):
        if tree.size == size:
            raise Tampered(f"the checkpoint speaks of {size} leaves, and there are more")
        digest.update(line)
        length += len(line)
        if not line.endswith(b"\n"):
            odd = odd or f"line {tree.size + 1} has no end, or is too long"
        tree.append(line[:-1] if line.endswith(b"\n") else line)
        odd = odd or odd_leaf(line[:-1], tree.size)
    return (length, digest.hexdigest()), odd


def odd_leaf(line, number):
    """What is wrong with the form of a leaf, or None."""
    try:
        leaf = strict_json(line, f"line {number}")
    except Malformed as error:
        return str(error)
    if not isinstance(leaf, dict) or set(leaf) != LEAF_FIELDS or leaf["v"] != 1:
        return f"line {number} is no leaf of a version that this verifier reads"
    return None


def check_file(name, said, found):
    if said != found:
        raise Tampered(f"{name} is not the file that the manifest names")


def verify(path, key_text, seen_paths):
    """The checks that held, in order; raises Tampered or Malformed at the first that does not."""
    checks, key_text = [], key_text.strip()
    key, bundle = parse_key(key_text), Bundle(path)
    note, proof = bundle.small("checkpoint.note"), bundle.small("proof.json")
    size, root = open_checkpoint(note, key, "the checkpoint")
    checks.append(f"the checkpoint over {size} leaves is signed by {key[0]}")
    seen = [(*open_checkpoint(Path(one).read_bytes(), key, f"the note {one}"), one) for one in seen_paths]
    proofs = read_proofs(proof)
    files = check_manifest(bundle.small("manifest.json"), key_text, size, root)
    check_file("checkpoint.note", files["checkpoint.note"], (len(note), hashlib.sha256(note).hexdigest()))
    check_file("proof.json", files["proof.json"], (len(proof), hashlib.sha256(proof).hexdigest()))
    tree = Tree({first for first, _, _ in proofs} | {old for old, _, _ in seen})
    with bundle.open("leaves.jsonl") as file:
        found, odd = read_leaves(file, tree, size)
    if tree.size != size:
        raise Tampered(f"the checkpoint speaks of {size} leaves, and {tree.size} are here")
    if tree.root() != root:
        raise Tampered("the leaves do not hash to the signed root: one was edited, moved or exchanged")
    checks.append("every leaf is there, in its place, as it was hashed")
    check_file("leaves.jsonl", files["leaves.jsonl"], found)
    checks.append("the manifest agrees with the files")
    if odd:
        raise Malformed(odd)
    check_proofs(proofs, tree, size, root)
    checks.append(f"{len(proofs)} consistency proofs hold")
    for old, old_root, name in seen:
        check_seen(old, old_root, name, tree, size)
        checks.append(f"the log goes on from the note {name} over {old} leaves")
    return checks


def check_proofs(proofs, tree, size, root):
    for first, second, hashes in proofs:
        if not 0 < first < second or second != size:
            raise Malformed("a consistency proof is not from an earlier size to this one")
        if not consistent(first, second, tree.roots[first], root, hashes):
            raise Tampered(f"the consistency proof from {first} leaves does not hold")


def check_seen(old, old_root, name, tree, size):
    if old > size:
        raise Tampered(f"the note {name} speaks of {old} leaves, and only {size} are here: the log was rolled back")
    if tree.roots[old] != old_root:
        raise Tampered(f"the note {name} gives another root for {old} leaves: the log was forked")


def report(result, checks, problem, seen):
    """Prints the report as JSON; a reader who stops reading early changes nothing of the exit status."""
    not_proven = NOT_PROVEN if seen else [NO_SEEN, *NOT_PROVEN]
    text = json.dumps({"result": result, "checks": checks, "problem": problem, "not_proven": not_proven}, indent=1)
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments=None):
    """Runs the checks; 0 good, 1 tampered with, 2 malformed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", help="the export: a zip, or a folder with its files")
    parser.add_argument("--vkey", required=True, help="the verifier key, NAME+ID+KEY")
    parser.add_argument("--seen", action="append", default=[], metavar="NOTE", help="a checkpoint that you kept")
    options = parser.parse_args(arguments)
    try:
        checks = verify(options.bundle, options.vkey, options.seen)
    except Tampered as error:
        report("tampered", [], str(error), options.seen)
        return 1
    except Malformed as error:
        report("malformed", [], str(error), options.seen)
        return 2
    except Exception as error:  # whatever a hostile bundle provokes is a bundle that cannot be read
        report("malformed", [], f"the bundle cannot be read: {type(error).__name__}", options.seen)
        return 2
    report("good", checks, None, options.seen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
