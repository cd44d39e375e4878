"""When a page first showed what: by the machine's clock, which pages and processes share."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.console.browsers import LONGEST_MS

_WATCH = """() => {
  window.firstShown = {};
  const look = () => {
    for (const row of document.querySelectorAll("article.event")) {
      const key = `${row.id.slice(6)} ${row.dataset.standing}`;
      window.firstShown[key] ??= Date.now();
    }
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
  look();
}"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A page of alerts that notes when each event first stood in its list in which standing."""

    page: Page

    def __post_init__(self) -> None:
        expect(self.page.locator(".list")).to_be_visible()
        self.page.evaluate(_WATCH)

    def shown_ms(self, event: str, standing: str) -> float:
        """When it was, ms since 1970; waits for it."""
        key = f"{event} {standing}"
        self.page.wait_for_function("key => window.firstShown[key] !== undefined", arg=key, timeout=LONGEST_MS)
        return float(self.page.evaluate("key => window.firstShown[key]", key))
