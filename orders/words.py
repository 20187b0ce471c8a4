"""Codes of the orders room in words: made when shown, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Status
from orders.workflow.deed import Refused
from quoting import pricing_words
from quoting import words as geometry_words
from quoting.geometry.values import Reason

REASONS: dict[str, Promise] = {
    # the draft
    "promo_code_unknown": _("This code is not known, or not valid today. Check how it is spelled."),
    "option_gone": _("What was chosen then is not offered any more. Please choose anew."),
    # payment
    "no_online_payment": _("Paying online is not set up. Please pay by bank transfer."),
    "payment_processing": _("A payment is being processed. Please wait until it is through."),
    "checkout_over": _("This payment page is closed. Please start again."),
    "refund_beyond_received": _("Only %(received)s was received and not given back yet."),
    # the door
    "changed_meanwhile": _("This order has changed in the meantime. Please check it again, then decide."),
    "key_used": _("This form was used for something else already. Reload the page and try again."),
    "no_such_transition": _("There is no such action."),
    "not_allowed": _("You are not allowed to do this with this order."),
    "wrong_status": _("This is not possible now: the order is “%(status)s”."),
    "missing": _("Please fill in: %(fields)s."),
    "lines_fixed": _("The order is “%(status)s”: its lines and prices are fixed."),
    "too_many_lines": _("An order has at most %(most)s lines. Start another quote for the rest."),
    "no_such_line": _("This line is not there any more."),
    "no_due_date": _("This order has no due date yet: it is set when its net days begin."),
    "due_date_past": _("Choose today or a later day."),
    "nothing_chosen": _("Say how many pieces of which line go out."),
    "more_than_left": _("More than is left of a line."),
    "ship_the_rest": _("This is all that is left: use “Ship”, which moves the order too."),
    # submitting and placing
    "no_lines": _("There is nothing in this order yet. Add a part first."),
    "still_measuring": _("A file is still being measured. This takes a few seconds."),
    "file_refused": _("“%(line)s” could not be measured. Remove it, or ask the shop to quote it by hand."),
    "not_signed_in": _("Sign in or create an account to go on."),
    "email_not_verified": _("Confirm your e-mail address first: open the link in the mail that we sent you."),
    "contact_incomplete": _("Contact, billing or shipping details are incomplete."),
    "price_working": _("The price of “%(line)s” is still being worked out."),
    "line_to_be_quoted": _("“%(line)s” has no firm price yet. Submit the order for review."),
    "order_to_be_quoted": _("The order has no firm price yet. Submit it for review."),
    "needs_review": _("The shop looks at this order before it can be placed. Submit it for review."),
    "must_change": _("“%(line)s” cannot be made like this. Change it first."),
    "warning_not_accepted": _("Review and accept the warning for “%(line)s” first."),
    "terms_changed": _("Please accept the current terms."),
    "total_changed": _("The total has changed to %(total)s. Look at it again before you order."),
    "approver_places": _("An approver of your company places orders. Submit it for review, or ask them to place it."),
    # offers
    "line_without_price": _("“%(line)s” has no price. Set one, or leave the line out of the offer."),
    "shipping_without_price": _("Shipping has no price for this order. Choose another way of delivery first."),
    "valid_until_past": _("An offer must be valid until today or later."),
    "no_customer": _("Choose a customer with an e-mail address first."),
    "offer_expired": _("The offer expired on %(date)s. Ask for a new one."),
    "offer_not_current": _("This offer was replaced or withdrawn. Look at the current one."),
    "choose_one_per_group": _("Choose one of the alternatives: %(groups)s."),
    # purchase order and payment
    "on_whose_behalf": _("Say who of the customer asked for this, and how."),
    "already_released": _("The order is released for manufacturing already."),
    "nothing_to_pay": _("There is nothing left to pay."),
    "amount_beyond_balance": _("Ask for an amount above zero and not beyond the balance of %(balance)s."),
    "no_purchase_order": _("There is no purchase order to accept."),
    "po_total_differs": _(
        "The purchase order's total (%(po)s) differs from the order's (%(order)s). Give a reason to accept it."
    ),
    "no_net_terms": _("This order has no net terms."),
    "not_due_yet": _("The payment is not due yet."),
    "marked_before": _("It was marked as due for this date already."),
    "not_settled": _("%(balance)s is still to be paid."),
    # production
    "production_has_begun": _("Production has begun: the order cannot be taken back to review."),
    "override_needs_reason": _(
        "Neither prepayment nor purchase order is there. Give a reason to release it all the same."
    ),
    "not_paid_no_po": _("%(open)s of the prepayment is open and no purchase order was accepted."),
    "needs_adjusting": _("A line is marked “needs adjusting”: staff release this order."),
    "not_released": _("The order is not released for manufacturing yet."),
    "going_back_needs_reason": _("Going back needs a reason."),
    "other_way_needs_confirmation": _("The customer ordered another way of delivery. Confirm that this one is meant."),
    # cancel
    "too_late_to_cancel": _("It is too late to cancel here. Please call the shop."),
    "already_shipped": _("The order was shipped already."),
    "already_delivered": _("The order was delivered already."),
    "refunded_since": _("Money was given back since: reopen the order instead."),
    # review
    "review_manual": _("The shop looks at every order before it is placed."),
    "review_order_value": _("The value of the order"),
    "review_line_value": _("The value of “%(line)s”"),
    "review_quantity": _("The quantity of “%(line)s”"),
}

FIELDS: dict[str, Promise] = {
    "override": _("Price set by hand"),
    "override_reason": _("Why"),
    "reason": _("Reason"),
    "note": _("Note for the customer"),
    "comment": _("Comment"),
    "on_behalf": _("Who asked, and how"),
    "how": _("How the customer accepted"),
    "po_number": _("PO number"),
    "po_file": _("PO document"),
    "po_total": _("Total on the PO"),
    "valid_until": _("Valid until"),
    "amount": _("Amount"),
    "carrier": _("Carrier"),
    "tracking": _("Tracking number"),
    "confirm_way": _("This way of delivery is meant"),
    "revision": _("Revision"),
    "consent": _("Consent"),
    "choices": _("Alternatives"),
    "terms": _("Terms"),
    "seen_total": _("Total"),
}

# What a button says that starts a transition.
VERBS: dict[str, Promise] = {
    "submit_for_review": _("Submit for review"),
    "place": _("Place order"),
    "send_firm_offer": _("Send firm offer"),
    "accept_offer": _("Confirm offer"),
    "record_acceptance": _("Record acceptance"),
    "request_changes": _("Ask for a change"),
    "withdraw_offer": _("Withdraw offer"),
    "provide_po": _("Provide PO"),
    "accept_po": _("Accept PO"),
    "reject_po": _("Reject PO"),
    "request_payment": _("Ask for payment"),
    "mark_payment_due": _("Mark payment as due"),
    "payment_settled": _("Payment settled"),
    "take_back_to_review": _("Take back to review"),
    "release_for_manufacturing": _("Release for manufacturing"),
    "start_manufacturing": _("Start manufacturing"),
    "start_post_production": _("Start post-production"),
    "reprint": _("Re-print"),
    "make_ready_for_shipping": _("Ready for shipping"),
    "ship": _("Ship"),
    "make_ready_for_pickup": _("Ready for pickup"),
    "deliver": _("Delivered"),
    "put_on_hold": _("Put on hold"),
    "resume": _("Resume"),
    "cancel_by_customer": _("Cancel order"),
    "cancel_by_admin": _("Cancel order"),
    "undo_cancel": _("Undo cancellation"),
    "reopen": _("Reopen for review"),
}

# What a note for the customer says unless staff write their own.
NEUTRAL_NOTES: dict[str, Promise] = {
    "reject_po": _("We could not accept your purchase order. Please send us a corrected one or pay directly."),
    "withdraw_offer": _("We are looking at your offer once more and will send you a new one."),
    "cancel_by_admin": _("We are sorry: we cannot make this order. What you have paid will be refunded."),
    "put_on_hold": _("Your order is paused for the moment. We will tell you as soon as it goes on."),
}

# The customer's page of an order: its label, what stands beside it, what happens next (orders/presenting.py).
PAGE: dict[str, Promise] = {
    "budget_offer": _("Budget offer"),
    "firm_offer": _("Firm offer"),
    "firm_offer_until": _("Firm offer, valid until %(date)s"),
    "offer_expired": _("Offer expired on %(date)s"),
    "ready_for_payment": _("Ready for Payment"),
    "paid": _("Paid"),
    "on_hold": _("On hold"),
    "canceled": _("Canceled"),
    "po_checked": _("PO %(number)s is being checked"),
    "payment_processing": _("Your payment is being processed."),
    "amount_asked": _("%(amount)s to be paid now"),
    "prepayment": _("Prepayment: %(amount)s before we begin"),
    "part_paid": _("%(paid)s received, %(open)s open"),
    "due_on": _("Due on %(date)s"),
    "overdue": _("Overdue: it was due on %(date)s"),
    "due_after_placed": _("Due %(days)s days after the order was placed"),
    "due_after_ready_for_shipping": _("Due %(days)s days after it is ready for shipping"),
    "due_after_shipped": _("Due %(days)s days after shipping"),
    "due_after_delivered": _("Due %(days)s days after delivery"),
    "replace_po": _("Replace the PO"),
    "quotes_in_progress": _("Quotes in progress"),
    "step_offer": _("Offer"),
    "step_agreed": _("Agreed"),
    "step_production": _("Production"),
    "step_fulfilment": _("Delivery"),
    "payment": _("Payment received: %(amount)s"),
    "payment_plain": _("Payment received"),
    "refund": _("Paid back: %(amount)s"),
    "refund_plain": _("Paid back"),
    "next_waiting_for_review": _("%(shop)s reviews your parts and sends you a firm offer. You need not do anything."),
    "next_confirm": _("Check the offer and confirm it."),
    "next_ask_new": _("The offer is no longer valid. Ask %(shop)s for a new one."),
    "next_approver": _("An approver of your company confirms this offer."),
    "next_placed": _("%(shop)s checks your order and releases it for manufacturing."),
    "next_po_provided": _("%(shop)s checks your purchase order."),
    "next_pay": _("Please pay %(amount)s to %(shop)s."),
    "next_waiting_for_payment": _("%(shop)s checks the payment."),
    "next_po_payment_due": _("%(shop)s checks the payment."),
    "next_free_for_manufacturing": _("Your order is next in line for manufacturing."),
    "next_manufacturing": _("Your parts are being made."),
    "next_post_production": _("Your parts are being finished and checked."),
    "next_re_printing": _("We are making some of your parts again."),
    "next_ready_for_shipping": _("Your parts are packed and leave the workshop soon."),
    "next_shipped": _("Your parts are on the way."),
    "next_ready_for_pickup": _("Your parts are ready to be picked up."),
    "next_delivered": _("All done. Thank you for your order."),
    "next_pay_open": _("Your parts are delivered. %(amount)s is still open."),
    "next_on_hold": _("%(shop)s tells you as soon as work continues."),
}


def say(reason: Reason | Refused) -> str:
    """A reason or refusal as a sentence."""
    if reason.code not in REASONS:
        assert isinstance(reason, Reason)
        known = reason.code in geometry_words.SENTENCES
        return geometry_words.say(reason) if known else pricing_words.say(reason)
    params = dict(reason.params)
    if "status" in params:
        params["status"] = str(Status(params["status"]).label)
    if "fields" in params:
        params["fields"] = ", ".join(str(FIELDS.get(name, name)) for name in params["fields"].split(","))
    return str(REASONS[reason.code]) % params


def say_where(reason: Reason) -> str:
    """The sentence with the line that it is about, where it does not name it itself."""
    line, sentence = reason.params.get("line", ""), say(reason)
    return sentence if line in sentence else f"{line}: {sentence}"
