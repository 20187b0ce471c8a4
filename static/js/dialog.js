// [data-dialog-open="id"] opens a <dialog>, [data-dialog-close] inside closes it. A link so marked leads to the same
// on a page of its own where there are no scripts. <dialog data-open> opens as soon as it is there: a form with errors.
document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    const dialog = opener && document.getElementById(opener.dataset.dialogOpen);
    if (dialog) {
        event.preventDefault();
        dialog.showModal();
    }
    if (event.target.closest("[data-dialog-close]")) {
        event.preventDefault();
        event.target.closest("dialog").close();
    }
    if (event.target.matches("dialog[open]:not(#confirm-dialog)") && outside(event)) event.target.close();
});

function outside(event) {
    const box = event.target.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

function openAtOnce() {
    for (const dialog of document.querySelectorAll("dialog[data-open]:not([open])")) {
        delete dialog.dataset.open;
        dialog.showModal();
    }
}

document.addEventListener("htmx:load", openAtOnce);
openAtOnce();
