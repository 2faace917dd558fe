"""One request as it came and one reply as it will go, apart from sockets."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

SECRET_HEADERS = frozenset(
    {"x-mbx-apikey", "api-key", "api-sign", "authorization", "cb-access-key", "cb-access-sign"}
)
SECRET_PARAMS = frozenset({"signature"})


@dataclass
class WireRequest:
    """What the client sent. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    kinds: frozenset[str] = frozenset()  # names of the faults in force for this request
    now_ms: int = 0  # the venue's clock when it came

    @property
    def params(self) -> dict[str, str]:
        """Return query and body parameters together; JSON bodies give their top level."""
        found = dict(parse_qsl(self.query, keep_blank_values=True))
        found.update(self.form)
        return found

    @property
    def form(self) -> dict[str, str]:
        """Return the body's parameters."""
        text = self.body.decode("utf-8", "replace")
        if text.startswith(("{", "[")):
            try:
                loaded = json.loads(text)
            except ValueError:
                return {}
            return loaded if isinstance(loaded, dict) else {}
        return dict(parse_qsl(text, keep_blank_values=True))

    @property
    def signatures(self) -> list[str]:
        """Return what was made with the secret: it must stand nowhere but on the wire."""
        signs = [self.headers.get(x, "") for x in ("api-sign", "cb-access-sign")]
        token = self.headers.get("authorization", "").rpartition(".")[2]
        return [self.params.get("signature", ""), token, *signs]

    def logged(self, at: float) -> dict[str, object]:
        """Return the row of the request log: no key, no signature."""
        return {
            "time": at,
            "method": self.method,
            "path": self.path,
            "params": {k: v for k, v in self.params.items() if k not in SECRET_PARAMS},
            "headers": {k: "<set>" if k in SECRET_HEADERS else v for k, v in self.headers.items()},
            "faults": sorted(self.kinds),
        }


@dataclass
class WireReply:
    """What goes back. `content` is JSON types, or bytes to be sent as they are."""

    content: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the body as bytes."""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, separators=(",", ":")).encode()
