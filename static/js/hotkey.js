// <input data-hotkey="/">: the key puts the cursor there, unless somebody is typing.
document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const field = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
});
