"""Whose matrix it is and of which node, by the names of its items, its titles and the name of its sheet."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from surveys.files.matrices.blocks import Block
from surveys.files.matrices.found import Asked
from surveys.sheet import item_keys, key_of

APART = re.compile(r"[\s:：,，、;；()（）\[\]【】《》“”\"'_|/\\—–-]+")
PLAIN_WORDS = re.compile(
    r"两两比较|成对比较|判断矩阵|比较矩阵|判断|矩阵|专家|填写|指标|准则层|目标层|pairwise|comparison|matrix|expert"
    r"|judge?ments?|criteria|node",
    re.IGNORECASE,
)
DEFAULT_SHEET = re.compile(r"(sheet|工作表|feuil|tabelle|hoja)\s*\d*", re.IGNORECASE)
MOST_NEAR = 40


class Names:
    """Everything by which a file may mean an indicator or an expert."""

    def __init__(self, asked: Asked) -> None:
        self.tree, self.people = asked.tree, asked.people.by_key
        self.looked_near = 0
        self.keys: dict[str, set[str]] = defaultdict(set)
        for code, row in self.tree.rows.items():
            both = {key_of(f"{code} {name}") for name in row.names.values()}
            for key in item_keys(row.names, code) | both | {key_of(alias) for alias in row.aliases}:
                self.keys[key].add(code)

    def node_of(self, items: Sequence[str], titles: Sequence[str]) -> tuple[str, list[str]] | None:
        """The node whose children these items are, and their codes; the titles decide between several nodes."""
        parents = {self.tree.rows[code].parent for code in self.keys.get(key_of(items[0]), ())} - {""}
        nodes = sorted(parents, key=self.tree.place.__getitem__)
        fitting = [(node, codes) for node in nodes if (codes := self._children(node, items))]
        named = [(node, codes) for node, codes in fitting if self._is_named(node, titles)]
        chosen = named if len(named) == 1 else fitting
        return chosen[0] if len(chosen) == 1 else None

    def strangers(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """The names that no indicator has, each with a near one, if there is one."""
        return [(name, self._near(key_of(name))) for name in names if key_of(name) not in self.keys]

    def _near(self, key: str) -> str:
        """Looking for near names is slow, and nobody reads more than a few."""
        self.looked_near += 1
        return next(iter(get_close_matches(key, self.keys, 1)), "") if self.looked_near <= MOST_NEAR else ""

    def _children(self, node: str, names: Sequence[str]) -> list[str]:
        children = set(self.tree.children[node])
        found = [self.keys.get(key_of(name), set()) & children for name in names]
        codes = [next(iter(one)) for one in found if len(one) == 1]
        return codes if len(set(codes)) == len(names) else []

    def _is_named(self, node: str, titles: Sequence[str]) -> bool:
        return any(not self._rest(text, node) or self._says(text, node) for text in titles if text)

    def _says(self, text: str, node: str) -> bool:
        return any(node in self.keys.get(key_of(part), ()) for part in (text, *APART.split(text)))

    def _rest(self, text: str, node: str) -> str:
        """What a title says besides the node and plain words."""
        row = self.tree.rows[node]
        rest = key_of(text)
        for key in sorted(item_keys(row.names, node), key=len, reverse=True):
            rest = rest.replace(key, " ") if len(key) > 1 else re.sub(rf"(?<!\w){re.escape(key)}(?!\w)", " ", rest)
        rest = PLAIN_WORDS.sub(" ", rest)
        return " ".join(part for part in APART.split(rest) if part)

    # --- experts ---

    def known(self, text: str) -> str:
        """The code of the expert that a text names, wholly or with one of its words."""
        words = (text, *APART.split(text), PLAIN_WORDS.sub("", text))
        return next((self.people[key] for word in words if (key := key_of(word)) in self.people), "")

    def label_of(self, block: Block, node: str, *, several: bool, stem: str) -> tuple[str, str]:
        """What the file calls the expert, and their code on the panel. `several`: of this node on this sheet."""
        texts = [*block.titles, block.grid.title]
        for text in texts:
            code = self.known(text)
            if code:
                return text.strip(), code
        label = next(self._labels(block, node, several), "") or stem
        return label[:120], ""

    def _labels(self, block: Block, node: str, several: bool) -> Iterator[str]:
        sheet = block.grid.title.strip()
        is_label = bool(sheet) and not DEFAULT_SHEET.fullmatch(sheet) and bool(self._rest(sheet, node))
        if is_label and not several:
            yield sheet
        yield from (text.strip() for text in block.titles if self._rest(text, node))
        if is_label:
            yield sheet
