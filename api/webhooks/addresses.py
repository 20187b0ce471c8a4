"""Where webhooks may go: public addresses over HTTPS, so that nobody makes this server knock at its neighbours' doors.

The address is judged when it is entered and again, name by name resolved, whenever something is sent; the connection
then goes to the very address that was judged.
"""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refusal(Exception):
    """A code of api.words.URL_REFUSALS or ERRORS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judged(url: str) -> SplitResult:
    """A URL that may be an endpoint, as far as it can be told without asking anybody; raises Refusal."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refusal("not_a_url") from None
    if not host or parts.scheme not in ("http", "https") or port == 0 or not _is_clean(url):
        raise Refusal("not_a_url")
    if parts.username is not None or parts.password is not None:
        raise Refusal("has_credentials")
    if settings.WEBHOOKS_PRIVATE:
        return parts
    if parts.scheme != "https":
        raise Refusal("not_https")
    if (ip := _as_ip(host)) is not None:
        if not is_public(ip):
            raise Refusal("address_refused")
    elif _is_local_name(host):
        raise Refusal("address_refused")
    return parts


def resolved(parts: SplitResult) -> str:
    """The address to connect to; raises Refusal when any that the name has is not public, or it has none."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refusal("unknown_host") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses:
        raise Refusal("unknown_host")
    if not settings.WEBHOOKS_PRIVATE and not all(
        is_public(ipaddress.ip_address(one.split("%")[0])) for one in addresses
    ):
        raise Refusal("address_refused")
    return addresses[0]


def is_public(ip: Ip) -> bool:
    """Also behind the ways in which IPv6 carries an IPv4 address."""
    if isinstance(ip, ipaddress.IPv6Address):
        if inner := _carried(ip):
            return is_public(inner)
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _carried(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.teredo:
        return ip.teredo[1]
    return ip.ipv4_mapped or ip.sixtofour


def _as_ip(host: str) -> Ip | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_local_name(host: str) -> bool:
    """Names of the own network, and numbers in the spellings that only old resolvers read (127.1, 0x7f000001, 017…)."""
    name = host.lower().rstrip(".")
    last = name.rpartition(".")[2]
    numeric = last.isdigit() or last.startswith("0x")
    return "." not in name or numeric or name.endswith(LOCAL_NAMES)


def _is_clean(url: str) -> bool:
    return url.isascii() and all("!" <= sign <= "~" for sign in url) and "\\" not in url and "#" not in url
