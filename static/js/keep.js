// What is typed into the forms below [data-keep] stays in this tab until the server has it: over a connection that was
// lost, a session that ended, a page that crashed. When the page is shown again it is filled in, and what saves itself
// (data-autosubmit) is sent again. What the server refused stays too, to be corrected.
const AGAIN_AFTER = 4000;
const KEPT = "[data-keep] form[hx-post][id]";
const sent = new WeakMap();
const failed = new Set();

const keyOf = (form) => `keep:${window.location.pathname}#${form.id}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "submit"].includes(field.type));
const ticks = (field) => field.type === "checkbox" || field.type === "radio";
const valuesOf = (form) =>
    JSON.stringify(fieldsOf(form).map((field) => [field.name, field.value, ticks(field) ? field.checked : null]));
const formOf = (event) => event.target.closest?.("form")?.matches(KEPT) && event.target.closest("form");

function fill(form, values) {
    const fields = fieldsOf(form);
    for (const [name, value, checked] of values) {
        const field = fields.find((one) => one.name === name && (checked === null ? !ticks(one) : ticks(one) && one.value === value));
        if (!field) continue;
        if (checked !== null) field.checked = checked;
        else if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value)) field.value = value;
    }
}

function restore(form) {
    const stored = sessionStorage.getItem(keyOf(form));
    if (!stored) return;
    if (stored !== valuesOf(form)) {
        fill(form, JSON.parse(stored));
        form.closest("details")?.setAttribute("open", "");
        if (form.hasAttribute("data-autosubmit")) form.requestSubmit();
    } else {
        sessionStorage.removeItem(keyOf(form));
    }
}

function sendAgain() {
    for (const form of failed) if (form.isConnected) form.requestSubmit();
    failed.clear();
}

for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
        const form = formOf(event);
        if (form) sessionStorage.setItem(keyOf(form), valuesOf(form));
    }, { capture: true });
}

document.addEventListener("htmx:beforeSend", (event) => {
    const form = formOf(event);
    if (form) sent.set(form, valuesOf(form));
});

document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    const { status } = event.detail.xhr;
    const taken = (status >= 200 && status < 300) || status === 409; // somebody was faster: the page shows what is
    if (form && taken && sessionStorage.getItem(keyOf(form)) === sent.get(form)) sessionStorage.removeItem(keyOf(form));
});

document.addEventListener("htmx:sendError", (event) => {
    const form = formOf(event);
    if (!form?.hasAttribute("data-autosubmit")) return;
    failed.add(form);
    window.setTimeout(sendAgain, AGAIN_AFTER);
});

window.addEventListener("online", sendAgain);

// htmx tells so once it has taken over the forms of the page.
document.addEventListener("htmx:load", () => document.querySelectorAll(KEPT).forEach(restore), { once: true });
