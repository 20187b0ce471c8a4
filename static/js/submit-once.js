// A form that changes something is sent once: the pressed button shows that it works and takes no second press.
// Forms of htmx use hx-disabled-elt instead. The server's keys make a second press harmless anyway.
const sent = new Set();

document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) {
        event.preventDefault();
        return;
    }
    sent.add(form);
    submitter?.setAttribute("aria-busy", "true");
});

// Back from the page that followed: the form can be sent again.
window.addEventListener("pageshow", () => {
    for (const form of sent) form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    sent.clear();
});
