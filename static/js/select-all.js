// <input type="checkbox" data-select-all="pk"> ticks all boxes named pk in its form (which may stand elsewhere) or table.
document.addEventListener("change", (event) => {
    const form = event.target.form?.querySelector("[data-select-all]") ? event.target.form : null;
    const scope = form || event.target.closest("table");
    const head = scope?.querySelector("[data-select-all]");
    if (!head) return;
    const inside = form ? [...form.elements] : [...scope.querySelectorAll("input")];
    const boxes = inside.filter((box) => box.type === "checkbox" && box.name === head.dataset.selectAll);
    if (event.target === head) boxes.forEach((box) => (box.checked = head.checked));
    const ticked = boxes.filter((box) => box.checked).length;
    head.checked = ticked > 0 && ticked === boxes.length;
    head.indeterminate = ticked > 0 && ticked < boxes.length;
});
