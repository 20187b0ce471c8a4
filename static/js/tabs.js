// On narrow screens tabs and filters scroll: the current one shall be seen.
for (const tabs of document.querySelectorAll(".tabs, nav.chips, nav .chips")) {
    const current = tabs.querySelector("[aria-current]");
    if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - 16;
}
