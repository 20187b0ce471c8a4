// <input type="checkbox" data-select-all="pk"> in a table ticks all boxes named pk in its form or table.
document.addEventListener("change", (event) => {
    const table = event.target.closest("table, form");
    const head = table?.querySelector("[data-select-all]");
    if (!head) return;
    const boxes = [...table.querySelectorAll(`input[type="checkbox"][name="${head.dataset.selectAll}"]`)];
    if (event.target === head) boxes.forEach((box) => (box.checked = head.checked));
    const ticked = boxes.filter((box) => box.checked).length;
    head.checked = ticked > 0 && ticked === boxes.length;
    head.indeterminate = ticked > 0 && ticked < boxes.length;
});
