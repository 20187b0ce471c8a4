// <details data-on-demand> loads what it shows when it is opened, and again when a change made that untrue.
document.addEventListener("quote-changed", () => {
    for (const fold of document.querySelectorAll("details[data-on-demand][open]")) fold.dispatchEvent(new Event("toggle"));
});
