// Looking at the part: by mouse and touch (three's controls), by keyboard, and from the standard sides.
import { PerspectiveCamera, Spherical, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";

const SIDES = { iso: [-0.62, -1, 0.62], top: [0, -0.0001, 1], front: [0, -1, 0], right: [1, 0, 0] };
const TURN = Math.PI / 24;
const ZOOM = 1.15;
const FIELD = 35; // degrees

export function makeCamera(canvas, size, changed) {
    const camera = new PerspectiveCamera(FIELD, 1, 0.1, 10);
    camera.up.set(0, 0, 1);
    const controls = new OrbitControls(camera, canvas);
    controls.enableDamping = false;
    controls.addEventListener("change", changed);
    const middle = new Vector3(0, 0, size.z / 2);
    const radius = size.length() / 2 || 1;
    camera.near = radius / 100;
    camera.far = radius * 100;
    controls.minDistance = radius / 5;
    controls.maxDistance = radius * 20;

    function look(side) {
        const narrow = Math.min(1, camera.aspect);
        const distance = (radius * 1.08) / Math.sin((FIELD / 2) * (Math.PI / 180)) / narrow;
        controls.target.copy(middle);
        camera.position.copy(new Vector3(...SIDES[side]).normalize().multiplyScalar(distance).add(middle));
        controls.update();
        changed();
    }

    function turn(sideways, upward) {
        const offset = camera.position.clone().sub(controls.target);
        const round = new Spherical().setFromVector3(new Vector3(offset.x, offset.z, -offset.y));
        round.theta += sideways;
        round.phi = Math.min(Math.PI - 0.01, Math.max(0.01, round.phi + upward));
        const to = new Vector3().setFromSpherical(round);
        camera.position.copy(controls.target).add(new Vector3(to.x, -to.z, to.y));
        controls.update();
        changed();
    }

    function zoom(factor) {
        const offset = camera.position.clone().sub(controls.target);
        const length = Math.min(controls.maxDistance, Math.max(controls.minDistance, offset.length() * factor));
        camera.position.copy(controls.target).add(offset.setLength(length));
        controls.update();
        changed();
    }

    const keys = {
        ArrowLeft: () => turn(-TURN, 0),
        ArrowRight: () => turn(TURN, 0),
        ArrowUp: () => turn(0, -TURN),
        ArrowDown: () => turn(0, TURN),
        "+": () => zoom(1 / ZOOM),
        "=": () => zoom(1 / ZOOM),
        "-": () => zoom(ZOOM),
        Home: () => look("iso"),
    };
    canvas.addEventListener("keydown", (event) => {
        if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        keys[event.key]();
    });
    return { camera, look, dispose: () => controls.dispose() };
}
