// [data-viewer="url of the model"] opens the part in three dimensions. The link itself leads to a page with a picture and
// the figures. What draws (three) is loaded only now.
document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-viewer]");
    const template = document.getElementById("viewer-template");
    if (!opener || !template || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = template.content.firstElementChild.cloneNode(true);
    document.body.append(dialog);
    dialog.querySelector("[data-name]").textContent = opener.dataset.viewerName;
    dialog.querySelector("[data-page]").href = opener.href;
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    try {
        const { show } = await import("./viewer/show.js");
        await show(dialog, opener.dataset.viewer);
    } catch (error) {
        say(dialog, error.code === "refused" ? "refused" : "failed");
    }
});

function say(dialog, what) {
    for (const text of dialog.querySelectorAll("[data-when]")) text.hidden = text.dataset.when !== what;
    dialog.querySelector(".viewer-state").hidden = false;
}
