"""Writes generator.vectors.json: the generator of domain/draw/generator.ts, written again here from docs/draw.md alone.

    python3 domain/draw/generator.vectors.py > domain/draw/generator.vectors.json
"""

import hashlib
import itertools
import json


def words(key, label):
    name = label.encode("utf-8")
    for i in itertools.count():
        block = hashlib.sha256(key + len(name).to_bytes(4, "big") + name + i.to_bytes(8, "big")).digest()
        for at in range(0, 32, 4):
            yield int.from_bytes(block[at : at + 4], "big")


def below(source, n):
    rest = 2**32 % n
    return next(x for x in source if x < 2**32 - rest) % n


def shuffled(source, items):
    items = list(items)
    for i in reversed(range(1, len(items))):
        j = below(source, i + 1)
        items[i], items[j] = items[j], items[i]
    return items


KEYS = [bytes(32), bytes(range(32)), hashlib.sha256("clé".encode()).digest()]
LABELS = ["", "rush:tours", "block:le-mans:12", "misfits:all", "é ✓ 𝄞", "x" * 300]
# 2**31 + 1 passes over almost every second word, 2**32 over none.
BOUNDS = [1, 2, 3, 5, 6, 7, 10, 100, 1000, 65537, 2**31, 2**31 + 1, 3 * 2**30, 2**32 - 1, 2**32]

vectors = []
for key, label in itertools.product(KEYS, LABELS):
    first = list(itertools.islice(words(key, label), 20))
    source = words(key, label)
    mixed = [below(source, n) for n in BOUNDS * 4]
    vectors.append(
        {
            "key": key.hex(),
            "label": label,
            "words": first,
            "below": mixed,
            "shuffle": shuffled(words(key, label), range(25)),
        }
    )
print(json.dumps({"bounds": BOUNDS * 4, "vectors": vectors}, ensure_ascii=False, separators=(",", ":")))
