// <form data-preview="address" data-preview-frame="id">: the frame shows what is typed, a moment after the last key.
for (const form of document.querySelectorAll("form[data-preview]")) {
    const frame = document.getElementById(form.dataset.previewFrame);
    let waiting;
    const show = () => {
        const typed = new FormData(form);
        typed.delete("csrfmiddlewaretoken");
        typed.delete("version");
        frame.src = `${form.dataset.preview}?${new URLSearchParams(typed)}`;
    };
    form.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(show, 400);
    });
    show();
}
