// A form or a submit button with data-confirm="Question" is sent only after a yes. data-confirm-detail explains,
// data-confirm-yes names the button.
const dialog = document.getElementById("confirm-dialog");
const yes = dialog.querySelector("[data-yes]");
const plainYes = yes.textContent;

function ask({ confirm, confirmDetail = "", confirmYes = plainYes }) {
    dialog.querySelector("h2").textContent = confirm;
    dialog.querySelector("[data-confirm-detail]").textContent = confirmDetail;
    yes.textContent = confirmYes;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
}

const confirmed = new WeakSet();

async function askFirst(event) {
    const { target: form, submitter } = event;
    const source = submitter?.dataset.confirm ? submitter : form;
    if (!source.dataset.confirm || confirmed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await ask(source.dataset)) {
        confirmed.add(form);
        form.requestSubmit(submitter);
    }
}

// While capturing: before htmx and before submit-once.
document.addEventListener("submit", askFirst, { capture: true });
