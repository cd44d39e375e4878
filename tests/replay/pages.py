"""Reads the page of a run as a browser would."""

import re
from html.parser import HTMLParser
from pathlib import Path


class Page(HTMLParser):
    """What a browser would find: pictures, links, text; a tag that is left open or closed twice is an error."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.scale: list[str] = []
        self.bars: list[float] = []
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "img", "br"}:
            self._open.append(tag)
        found = {key: value or "" for key, value in attrs}
        self.pictures += [found["src"]] if "src" in found else []
        self.links += [found["href"]] if "href" in found else []
        self.ids += [found["id"]] if "id" in found else []
        if place := re.fullmatch(r"left:([0-9.]+)%;width:([0-9.]+)%", found.get("style", "")):
            self.bars += [float(place[1]), float(place[2])]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        self.scale += [data] if self._open[-1:] == ["span"] else []
