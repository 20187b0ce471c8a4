"""The message as it goes over the wire."""

from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import SafeMIMEMultipart
from django.core.validators import validate_email

from notifications.models import OutgoingEmail
from notifications.pictures import Picture
from notifications.rendering import Rendered, letterhead


class Letter(EmailMultiAlternatives):
    """Text, or HTML with its pictures, and then the attachments: mail programs show pictures in their place only when
    these stand beside the HTML."""

    def __init__(self, *args: Any, pictures: tuple[Picture, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pictures = pictures

    def _create_mime_attachment(self, content: Any, mimetype: str) -> MIMEBase:
        part: MIMEBase = super()._create_mime_attachment(content, mimetype)  # type: ignore[misc]
        if mimetype != "text/html" or not self._pictures:
            return part
        related = SafeMIMEMultipart(_subtype="related", encoding="utf-8")
        related.attach(part)
        for picture in self._pictures:
            related.attach(_image(picture))
        return related


def _image(picture: Picture) -> MIMEImage:
    image = MIMEImage(picture.content, picture.kind)
    image.add_header("Content-ID", f"<{picture.cid}>")
    image.add_header("Content-Disposition", "inline", filename=f"{picture.cid.partition('.')[0]}.{picture.kind}")
    return image


def compose(row: OutgoingEmail, mail: Rendered, *, copy: bool = False) -> Letter:
    shop = letterhead()
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    # The copy is another mail, as its link is another: of its own Message-ID, and the same one whenever it is repeated.
    message_id = row.message_id.replace("<", "<copy.", 1) if copy else row.message_id
    letter = Letter(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((shop.name, sender)),
        to=_valid(row.to),
        cc=_valid(row.cc),
        reply_to=_valid([_answers_to(row, shop.email)]),
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        pictures=mail.pictures,
    )
    letter.attach_alternative(mail.html, "text/html")
    for filename, content in mail.attachments:
        letter.attach(filename, content, "application/pdf")
    return letter


def _answers_to(row: OutgoingEmail, shop: str) -> str:
    """Whoever reads it writes back to the other side."""
    if row.audience != "shop":
        return shop
    return str((row.facts.get("customer") or {}).get("email") or shop)


def _valid(addresses: list[str]) -> list[str]:
    """For the headers. One that is no address is refused in the conversation; here it must not spoil the others' mail."""
    return [address for address in addresses if _is_address(address)]


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True
