// <button data-copy="text" data-copied="Copied"> or data-copy-from="#element".
document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
    await navigator.clipboard.writeText(source ? (source.value ?? source.innerText).trim() : button.dataset.copy);
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.textContent;
    if (before === button.dataset.copied) return;
    label.textContent = button.dataset.copied;
    setTimeout(() => (label.textContent = before), 2000);
});
