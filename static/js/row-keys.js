// <table data-row-keys>: j and k go from row to row, x ticks the row, n and p turn the page, unless somebody is typing.
const typing = "input:not([type=checkbox]), textarea, select, [contenteditable]";

function step(table, by) {
    const links = [...table.querySelectorAll("a.row-link")];
    const row = document.activeElement.closest("tr");
    const now = links.findIndex((link) => link.closest("tr") === row);
    links[Math.max(0, Math.min(now + by, links.length - 1))]?.focus();
}

document.addEventListener("keydown", (event) => {
    const table = document.querySelector("[data-row-keys]");
    if (!table || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing)) return;
    if (event.key === "j") step(table, 1);
    else if (event.key === "k") step(table, -1);
    else if (event.key === "x") document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "n") document.querySelector("a[rel=next]")?.click();
    else if (event.key === "p") document.querySelector("a[rel=prev]")?.click();
});
