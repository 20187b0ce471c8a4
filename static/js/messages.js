// Closes notices, and says when a request of htmx failed.
const place = () => document.getElementById("messages");

document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".notice").remove();
});

function sayFailed() {
    const template = document.getElementById("request-failed");
    place()?.replaceChildren(template.content.cloneNode(true));
    place()?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:responseError", sayFailed);
document.addEventListener("htmx:sendError", sayFailed);
document.addEventListener("htmx:timeout", sayFailed);
