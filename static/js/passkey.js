// <form data-passkey="create|get" data-passkey-options="id of a json_script">: asks the browser for a passkey, puts its
// answer into the field [name=credential] and sends the form. What goes wrong is told in [data-passkey-error].
async function ask(kind, given) {
    const publicKey = given.publicKey ?? given;
    if (kind === "create") {
        return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
    }
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}

document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const error = form.querySelector("[data-passkey-error]");
    const kind = form.dataset.passkey;
    error.hidden = true;
    try {
        const data = JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent);
        const credential = await ask(kind, kind === "create" ? data.creation_options : data.request_options);
        form.elements.credential.value = JSON.stringify(credential.toJSON());
        form.submit();
    } catch {
        error.hidden = false;
    }
}, true);
