// Uploads file by file, three at once, each with its own progress, refusal and retry (templates/partials/upload.html).
// Every request carries one file as `files`; the answer is JSON:
//   {"ok": true, "message"?, "location"?, "upload"?}    or, with status 4xx,    {"ok": false, "message": "why"}
// `location`: the page to go to when all are through. Until the first answer brought `upload`, the address for the others,
// files go one at a time, so that two of them never open two drafts. `uploaded` is sent to the body after each file.
import htmx from "htmx.org";

const AT_ONCE = 3;
const started = new WeakMap();

class Upload {
    constructor(form) {
        this.form = form;
        this.waiting = [];
        this.running = 0;
        this.failed = new Set();
        this.address = form.action;
        this.opensDraft = form.hasAttribute("data-upload-opens-draft");
    }

    add(files) {
        for (const file of files) {
            const row = this.makeRow(file);
            if (file.size > Number(this.form.dataset.maxBytes || Infinity)) row.fail(this.form.dataset.textTooLarge, false);
            else this.waiting.push(row);
        }
        this.next();
    }

    makeRow(file) {
        const list = this.form.querySelector("[data-upload-list]");
        list.append(this.form.querySelector("[data-upload-row]").content.cloneNode(true));
        return new Row(this, file, list.lastElementChild);
    }

    next() {
        const limit = this.opensDraft ? 1 : AT_ONCE;
        while (this.running < limit && this.waiting.length) {
            this.running += 1;
            this.waiting.shift().send(this.address, this.form.elements.csrfmiddlewaretoken.value);
        }
        if (!this.running && this.page) this.finish();
    }

    ended(answer) {
        this.running -= 1;
        if (answer.upload) {
            this.address = answer.upload;
            this.opensDraft = false;
        }
        if (answer.location) this.page = answer.location;
        if (answer.ok) htmx.trigger(document.body, "uploaded", answer);
        this.next();
    }

    // Who has been told that a file failed shall be able to read why before the page goes away.
    finish() {
        const go = this.form.querySelector("[data-upload-go]");
        go.querySelector("a").href = this.page;
        go.hidden = this.failed.size === 0;
        if (go.hidden) window.location.assign(this.page);
    }
}

class Row {
    constructor(upload, file, element) {
        Object.assign(this, { upload, file, element, words: upload.form.dataset });
        this.part("name").textContent = file.name;
        this.show("waiting", this.words.textWaiting);
        this.part("retry").addEventListener("click", () => this.retry());
        this.part("forget").addEventListener("click", () => this.forget());
    }

    part(name) {
        return this.element.querySelector(`[data-${name}]`);
    }

    show(state, text) {
        this.element.dataset.state = state;
        this.part("status").textContent = text;
    }

    send(address, token) {
        const request = new XMLHttpRequest();
        request.open("POST", address);
        request.setRequestHeader("X-CSRFToken", token);
        request.setRequestHeader("Accept", "application/json");
        request.upload.addEventListener("progress", (event) => this.progress(event.loaded / event.total));
        request.addEventListener("load", () => this.answered(request));
        request.addEventListener("error", () => this.end({ ok: false, message: this.words.textLost }));
        const body = new FormData();
        body.append("files", this.file);
        this.progress(0);
        request.send(body);
    }

    progress(share) {
        const bar = this.element.querySelector("progress");
        if (share < 1) bar.value = share * 100;
        else bar.removeAttribute("value");
        const percent = `${this.words.textSending} ${Math.floor(share * 100)} %`;
        this.show("sending", share < 1 ? percent : this.words.textChecking);
    }

    answered(request) {
        let answer = {};
        try {
            answer = JSON.parse(request.responseText);
        } catch {
            // an error page: said below
        }
        this.end({ ...answer, ok: request.status < 400 && answer.ok !== false });
    }

    end(answer) {
        if (answer.ok) this.show("done", answer.message || this.words.textDone);
        else this.fail(answer.message || this.words.textFailed);
        this.upload.ended(answer);
    }

    fail(message, retry = true) {
        this.show("failed", "");
        this.part("problem").textContent = message;
        this.part("retry").hidden = !retry;
        this.upload.failed.add(this);
    }

    retry() {
        this.upload.failed.delete(this);
        this.show("waiting", this.words.textWaiting);
        this.upload.waiting.push(this);
        this.upload.next();
    }

    forget() {
        this.upload.failed.delete(this);
        this.element.remove();
        this.upload.next();
    }
}

function uploadOf(form) {
    if (!started.has(form)) started.set(form, new Upload(form));
    return started.get(form);
}

const formOf = (event) => event.target.closest?.("form[data-upload]");

document.addEventListener("change", (event) => {
    const form = event.target.type === "file" && formOf(event);
    if (!form) return;
    uploadOf(form).add([...event.target.files]);
    event.target.value = "";
});

// A file dropped beside the zone must not replace the page.
for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => {
        const zone = formOf(event)?.querySelector("[data-drop]") ?? document.querySelector("[data-drop]");
        const ownField = event.target.type === "file" && !formOf(event);
        if (!zone || ownField || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        zone.classList.toggle("is-over", name === "dragover");
        if (name === "drop") uploadOf(zone.closest("form")).add([...event.dataTransfer.files]);
    });
}

document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.querySelector(".is-over")?.classList.remove("is-over");
});
