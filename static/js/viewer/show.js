// The viewer in its dialog: draws when something changed, and gives everything back when it is closed.
import { Vector3, WebGLRenderer } from "three";
import { makeCamera } from "./camera.js";
import { fetchModel } from "./model.js";
import { makeScene } from "./scene.js";

const MOST_PIXELS = 2; // device pixels per CSS pixel: more cost time and show nothing

export async function show(dialog, url) {
    const geometry = await fetchModel(url, () => !dialog.open);
    if (!geometry || !dialog.open) return;
    const canvas = dialog.querySelector("canvas");
    const renderer = new WebGLRenderer({ canvas, antialias: true });
    renderer.localClippingEnabled = true;
    renderer.setPixelRatio(Math.min(window.devicePixelRatio, MOST_PIXELS));
    const world = makeScene(geometry);
    const light = new Vector3(-0.9, 1.1, 0.4).multiplyScalar(world.size.length());
    let asked = 0;
    const changed = () => {
        asked ||= requestAnimationFrame(draw);
    };
    const eye = makeCamera(canvas, world.size, changed);
    const labels = makeLabels(dialog, world);

    function draw() {
        asked = 0;
        // From over the left shoulder, so that the faces of a box have different tones.
        world.sun.position.copy(eye.camera.localToWorld(light.clone()));
        renderer.render(world.scene, eye.camera);
        labels.place(eye.camera, canvas);
        canvas.dataset.drawn = String(Number(canvas.dataset.drawn || 0) + 1);
    }

    const resizing = new ResizeObserver(() => {
        const { clientWidth: width, clientHeight: height } = canvas.parentElement;
        renderer.setSize(width, height, false);
        eye.camera.aspect = width / height;
        eye.camera.updateProjectionMatrix();
        changed();
    });
    resizing.observe(canvas.parentElement);
    wire(dialog, world, eye, labels, changed);
    canvas.addEventListener("webglcontextlost", () => dialog.close());
    dialog.addEventListener("close", () => {
        cancelAnimationFrame(asked);
        resizing.disconnect();
        eye.dispose();
        world.scene.traverse((thing) => {
            thing.geometry?.dispose();
            thing.material?.dispose();
        });
        renderer.dispose();
    });
    dialog.querySelector(".viewer-state").hidden = true;
    dialog.querySelector(".viewer-tools").hidden = false;
    const { clientWidth, clientHeight } = canvas.parentElement;
    eye.camera.aspect = clientWidth / clientHeight;
    eye.look("iso");
    canvas.focus();
}

function wire(dialog, world, eye, labels, changed) {
    const axis = dialog.querySelector("[name=viewer-axis]");
    const depth = dialog.querySelector("[name=viewer-depth]");
    const cut = () => {
        world.cut(axis.value, Number(depth.value) / 100);
        changed();
    };
    axis.addEventListener("change", cut);
    depth.addEventListener("input", cut);
    dialog.addEventListener("click", (event) => {
        const side = event.target.closest("[data-side]")?.dataset.side;
        if (!side) return;
        if (side === "iso") {
            depth.value = "100";
            cut();
        }
        eye.look(side);
    });
    dialog.querySelector("[name=viewer-sizes]").addEventListener("change", (event) => {
        labels.show(event.target.checked);
        changed();
    });
}

// Lengths as HTML above the canvas: always readable, whatever way the part is turned.
function makeLabels(dialog, world) {
    const holder = dialog.querySelector(".viewer-labels");
    const shown = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
    const texts = world.labels.map(({ axis, at }) => {
        const element = document.createElement("span");
        element.textContent = `${shown.format(world.size[axis])} mm`;
        element.className = `viewer-label viewer-label-${axis}`;
        holder.append(element);
        return { element, at };
    });
    dialog.querySelector("[data-grid]").textContent = `${shown.format(world.step)} mm`;
    return {
        show: (on) => {
            holder.hidden = !on;
            world.scene.children.at(-1).visible = on;
        },
        place: (camera, canvas) => {
            for (const { element, at } of texts) {
                const point = at.clone().project(camera);
                const [x, y] = [((point.x + 1) / 2) * canvas.clientWidth, ((1 - point.y) / 2) * canvas.clientHeight];
                element.style.transform = `translate(-50%, -50%) translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
            }
        },
    };
}
