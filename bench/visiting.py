"""A browser of few words: signs in, keeps its cookie, follows redirects, finds links and form fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.calling import Unexpected
from jiwar.keyring import phrase
from jiwar.web.serve import HOST

_HIDDEN = re.compile(r'<input type="?hidden"? name="(\w+)" value="([^"]*)">')
_FORM = "application/x-www-form-urlencoded"
_MOST_REDIRECTS = 5


class Visitor:
    """One person's browser."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def get(self, path: str) -> str:
        """The text of a page. Raises Unexpected."""
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> str:
        """The text of the page that a form leads to. Raises Unexpected."""
        return self._ask("POST", path, urlencode(fields))

    def sign_in(self, key: int) -> str:
        """Come in through the door; the text of the first page."""
        return self.post("/", key=phrase.to_digits(key))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        for _ in range(_MOST_REDIRECTS):
            status, location, text = self._once(method, path, body)
            if location:
                method, path, body = "GET", location, None
            elif status == 200:
                return text
            else:
                raise Unexpected(f"{method} {path}: {status}\n{text[-2000:]}")
        raise Unexpected(f"{path}: too many redirects")

    def _once(self, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        connection = HTTPConnection(HOST, self._port, timeout=60)
        headers = {"Cookie": self.cookie, **({"Content-Type": _FORM} if body is not None else {})}
        connection.request(method, path, body, {name: value for name, value in headers.items() if value})
        answer = connection.getresponse()
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("Location", ""), text

    def request(self, path: str, **headers: str) -> bytes:
        """A whole request as bytes, for the load generator. Header names are written with underscores."""
        return "\r\n".join([*self._head("GET", path, headers), "", ""]).encode()

    def submission(self, path: str, fields: Mapping[str, str], **headers: str) -> bytes:
        """The same for a form."""
        sent = urlencode(fields)
        about = {"Content-Type": _FORM, "Content-Length": str(len(sent)), **headers}
        return "\r\n".join([*self._head("POST", path, about), "", sent]).encode()

    def _head(self, method: str, path: str, headers: Mapping[str, str]) -> list[str]:
        named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Cookie: {self.cookie}", *named]


def links(text: str, beginning: str) -> list[str]:
    """The links of a page that begin with some path, each once, in order."""
    found = (unescape(one) for one in re.findall(r'href="?([^" >]+)', text))
    return list(dict.fromkeys(one for one in found if one.startswith(beginning)))


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a page's forms; of equal names the last."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(text)}


def attribute(text: str, name: str) -> str:
    """The value of an attribute that a page has once."""
    found = re.search(rf'{name}="([^"]*)"', text)
    if found is None:
        raise Unexpected(f"no {name} on the page")
    return unescape(found.group(1))
