"""Words of the API for people; the codes beside them are for programs."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROBLEMS: dict[str, Promise] = {
    "not_authenticated": _("Send a key: Authorization: Bearer pw_…"),
    "key_invalid": _("This key is not known, or not complete."),
    "key_revoked": _("This key was revoked."),
    "key_expired": _("This key has expired."),
    "scope_missing": _("This key lacks the scope “%(scope)s”."),
    "forbidden": _("This is not allowed."),
    "not_staff": _("Only keys of staff may do this."),
    "no_company": _("Only customers can order: this key belongs to somebody of the shop."),
    "not_found": _("There is no such thing, or it is not yours."),
    "method_not_allowed": _("This address does not take %(method)s."),
    "rate_limited": _("Too many calls: at most %(most)s in a minute."),
    "invalid": _("Something in the request is not as it should be."),
    "not_json": _("The body is not valid JSON."),
    "not_multipart": _("Send the file as multipart/form-data, in the field “file”."),
    "too_large": _("The request is too large."),
    "no_file": _("Send one file, in the field “file”."),
    "bad_cursor": _("This cursor is none of ours. Leave it out to begin anew."),
    "idempotency_key_invalid": _("An Idempotency-Key has 1 to 200 visible ASCII characters."),
    "idempotency_key_reused": _("This Idempotency-Key was used for another request."),
    "unknown_option": _("“%(value)s” is not offered here. See the catalogue."),
    "unknown_part": _("There is no such part, or it is not yours."),
    "detail_not_taken": _("“%(transition)s” does not take this now."),
    "internal": _("Something went wrong here. The request id tells us what."),
    "storage_full": _("There is no room for the file at the moment. Please try again later."),
}

ERRORS: dict[str, Promise] = {
    "": _("Taken"),
    "status": _("Refused by the receiver"),
    "redirect": _("Redirects are not followed"),
    "address_refused": _("The address is private or reserved"),
    "not_https": _("Only https is allowed"),
    "unknown_host": _("The host name is not known"),
    "timeout": _("No answer in time"),
    "tls": _("The certificate was not accepted"),
    "connection": _("No connection"),
    "endpoint_off": _("The endpoint is switched off"),
}

URL_REFUSALS: dict[str, Promise] = {
    "not_https": _("Use an address that begins with https://."),
    "not_a_url": _("This is not a complete web address."),
    "has_credentials": _("Leave user name and password out of the address."),
    "address_refused": _("This address is private or reserved. Webhooks go to public addresses only."),
}

EVENTS: dict[str, Promise] = {
    "order.status_changed": _("Status changed"),
    "ping": _("Test"),
}
