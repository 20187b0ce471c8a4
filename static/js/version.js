// Forms of the quote page that are sent as pages carry the version that is shown now, not that of when it was loaded:
// htmx keeps #quote-sync current, and their own field would be stale after the first change.
document.addEventListener(
    "submit",
    ({ target: form }) => {
        const now = document.querySelector("#quote-sync [name=version]");
        const own = form.elements?.form_version;
        if (now && own) own.value = now.value;
    },
    { capture: true },
);
