// <form data-autosubmit> is sent whenever a field changes: filters (GET), and line forms that htmx posts.
document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-autosubmit") && event.target.type !== "file") form.requestSubmit();
});
