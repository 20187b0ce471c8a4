// <button data-toggle="id" aria-expanded="false">: CSS hides what belongs to it while aria-expanded is false.
document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    button?.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
});
