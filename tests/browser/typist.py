"""A person without a mouse: every verb of `people.Person`, by keys that are pressed and nothing else.

Tab goes on until the wanted thing has the focus; at each stop the order and the visible focus are looked at.
"""

from __future__ import annotations

from selenium.webdriver.remote.webelement import WebElement

from tests.browser import driving
from tests.browser.people import Person

MOST_STOPS = 120
"""Tab stops that the way to anything on a page may take."""
_CODES = {"Tab": 9, "Enter": 13, "Shift": 16, " ": 32, "ArrowDown": 40, "a": 65, "Delete": 46}
_TEXTS = {"Enter": "\r", " ": " "}
_STOP = """
// What has the focus: whether it follows the last stop in the document, the ring around it, what covers it.
const one = document.activeElement, last = window.lastStop;
if (one === document.body) return null;
window.lastStop = one;
const ordered = !last || !document.contains(last) || last === document.body
  || Boolean(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
const label = one.closest("label");
const near = [one].concat(label ? [label].concat(Array.from(label.querySelectorAll("*"))) : []);
const ringed = near.find((box) => {
  const style = getComputedStyle(box);
  const wide = parseFloat(style.outlineWidth) >= 3 && box.getBoundingClientRect().width > 8;
  return wide && style.outlineStyle !== "none";
});
const shown = ringed || one, box = shown.getBoundingClientRect();
const inside = (x, y) => {
  const top = document.elementFromPoint(x, y);
  return Boolean(top) && (shown.contains(top) || top.contains(shown));
};
const [left, right] = [Math.max(box.left + 3, 1), Math.min(box.right - 3, innerWidth - 1)];
const [upper, lower] = [Math.max(box.top + 3, 1), Math.min(box.bottom - 3, innerHeight - 1)];
const open = left <= right && upper <= lower
  && [[left, upper], [right, upper], [left, lower], [right, lower]].some(([x, y]) => inside(x, y));
return {
  ordered: ordered, open: open, ring: ringed ? getComputedStyle(ringed).outlineColor : "",
  wanted: getComputedStyle(document.documentElement).getPropertyValue("--focus").trim(),
  name: (one.innerText || one.name || one.outerHTML).slice(0, 80), at: [box.left, box.top, box.right, box.bottom],
};
"""
_HAS_FOCUS = """
const one = window.lastStop = document.activeElement, wanted = arguments[0];
return one === wanted || (one.type === "radio" && wanted.type === "radio" && one.name === wanted.name);
"""


class Typist(Person):
    """Somebody with a keyboard. What they come by on the way is looked at as they go."""

    # keys

    def strike(self, key: str, shift: bool = False, control: bool = False) -> None:
        """Press a key and let go of it."""
        held = 8 * shift | 2 * control
        text = "" if control else _TEXTS.get(key, "")
        code = {"windowsVirtualKeyCode": _CODES[key], "key": key, "modifiers": held}
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {**code, **down})
        self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {**code, "type": "keyUp"})

    def write(self, text: str) -> None:
        """Type a text into what has the focus."""
        for letter in text:
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "char", "text": letter})

    def next_stop(self) -> dict[str, object]:
        """Press Tab; what has the focus then, which has to be seen and to follow what came before."""
        self.strike("Tab")
        stop = self.driver.execute_script(_STOP)
        if stop is None:
            self.driver.execute_script("window.lastStop = null")
            return {}
        assert stop["ordered"], f"the focus jumps back, to {stop['name']} on {self.path}"
        assert stop["ring"], f"nothing shows that the focus is on {stop['name']} on {self.path}"
        assert stop["ring"] == _rgb(stop["wanted"]), f"another colour around {stop['name']} on {self.path}"
        assert stop["open"], f"{stop['name']} has the focus and is covered on {self.path}: {stop['at']}"
        return dict(stop)

    def reach(self, element: WebElement) -> None:
        """Press Tab until this has the focus."""
        for _ in range(MOST_STOPS):
            if self.driver.execute_script(_HAS_FOCUS, element):
                return
            self.next_stop()
        raise AssertionError(f"Tab never comes to {element.text} on {self.path}")

    # the verbs that all others are made of

    def follow(self, element: WebElement) -> None:
        """Enter on what leads to another page."""
        self.reach(element)
        self.screens += 1
        with driving.another_page(self.driver):
            self.strike("Enter")
        self.on_screen()

    def tap(self, element: WebElement) -> None:
        """Space on what stays on the page."""
        self.reach(element)
        self.strike(" ")

    def choose(self, name: str, value: str) -> None:
        """The arrow keys, from the choice that is made to another one."""
        choices = self.all(f'input[name="{name}"]')
        self.reach(choices[0])
        for _ in choices:
            if self.one(f'input[name="{name}"][value="{value}"]').is_selected():
                return
            self.strike("ArrowDown")
        raise AssertionError(f"the arrows never come to {value} on {self.path}")

    def type(self, name: str, text: str) -> None:
        """Into a field, in place of what stands there."""
        self.reach(self.one(f'input[name="{name}"]:not([type=hidden]), textarea[name="{name}"]'))
        self.strike("a", control=True)
        self.strike("Delete")
        self.typed += len(text)
        self.write(text)


def _rgb(colour: object) -> str:
    """A colour of the sheet as the browser computes it."""
    digits = str(colour).lstrip("#")
    return f"rgb({', '.join(str(int(digits[at : at + 2], 16)) for at in (0, 2, 4))})"
