// On narrow screens tabs scroll: the current one shall be seen.
for (const tabs of document.querySelectorAll(".tabs")) {
    const current = tabs.querySelector("[aria-current]");
    if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - 16;
}
