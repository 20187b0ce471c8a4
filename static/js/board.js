// <div data-board>: arrow keys go from card to card (a card's link has the focus) and to the neighbouring column.
document.addEventListener("keydown", (event) => {
    const card = event.target.closest?.("[data-board] .bo-card");
    const ways = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
    if (!card || !ways[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    const columns = [...document.querySelectorAll("[data-board] .bo-column")].map((one) => [...one.querySelectorAll(".bo-card")]);
    let column = columns.findIndex((cards) => cards.includes(card));
    const [across, down] = ways[event.key];
    const row = columns[column].indexOf(card) + down;
    do column += across;
    while (across && columns[column] && !columns[column].length);
    const cards = columns[column];
    const next = cards?.[Math.max(0, Math.min(row, cards.length - 1))];
    if (!next) return;
    event.preventDefault();
    next.querySelector("a").focus();
});
