"""Messages about an order: written once, mailed to the other side in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import Shop
from orders.models import Attachment, Message, Order
from orders.workflow.actors import Actor
from orders.workflow.deed import Refused
from orders.workflow.door import locked
from orders.workflow.mails import tell
from quoting.storage import kept_before


def write(
    order_id: int,
    body: str,
    *,
    actor: Actor,
    key: str,
    now: datetime,
    internal: bool = False,
    files: Iterable[UploadedFile] = (),
) -> Message:
    """The message of this key; a second press gets the first one's. Whether the actor may see the order was judged before."""
    if internal and not actor.is_staff:
        raise Refused("not_allowed")
    sent = list(files)
    with kept_before("messages", sent) as stored:
        message, is_new = _written(order_id, body, actor, key, now, internal, list(zip(stored, sent, strict=True)))
        if not is_new:
            stored.clear()
    return message


def _written(
    order_id: int,
    body: str,
    actor: Actor,
    key: str,
    now: datetime,
    internal: bool,
    files: list[tuple[str, UploadedFile]],
) -> tuple[Message, bool]:
    with transaction.atomic():
        order = locked(order_id)
        if order.is_draft:
            raise Refused("not_allowed")
        if done := order.messages.filter(key=key).first():
            return done, False
        message = Message.objects.create(
            order=order,
            key=key,
            from_shop=actor.is_staff,
            internal=internal,
            # By a link it may be anybody to whom the mail was passed on: nobody's name goes under it.
            author=None if actor.by_link else actor.user,
            body=body,
            at=now,
        )
        Attachment.objects.bulk_create(
            Attachment(message=message, file=stored, name=PurePosixPath(file.name or "").name[-120:] or "file")
            for stored, file in files
        )
        if not internal:
            _tell(order, message, now)
        return message, True


def _tell(order: Order, message: Message, now: datetime) -> None:
    shop = Shop.get()
    own = "shop" if message.from_shop else "customer"
    tell(order, "message", deed=f"message:{message.pk}", shop=shop, now=now, skip=(own,), note=message.body)
