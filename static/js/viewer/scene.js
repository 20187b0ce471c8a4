// What is drawn: the part standing on a grid, its edges, its dimensions, and the plane that cuts it.
import {
    BackSide,
    BufferAttribute,
    BufferGeometry,
    Color,
    DirectionalLight,
    EdgesGeometry,
    GridHelper,
    Group,
    HemisphereLight,
    LineBasicMaterial,
    LineSegments,
    Mesh,
    MeshBasicMaterial,
    MeshStandardMaterial,
    Plane,
    Scene,
    Vector3,
} from "three";

const COLOURS = { ground: 0xf4f6f7, part: 0xb9c6cc, cut: 0x0c6773, edge: 0x323b44, grid: 0xdde2e6, middle: 0xc6cdd3, size: 0x0c6773 };
const EDGE_ANGLE = 28; // degrees between two faces from which their edge is drawn
const MOST_EDGES = 60_000; // triangles: above that drawing edges takes longer than loading
const AXES = { x: new Vector3(-1, 0, 0), y: new Vector3(0, -1, 0), z: new Vector3(0, 0, -1) };

export function makeScene(geometry) {
    geometry.computeBoundingBox();
    const low = geometry.boundingBox.min.clone();
    const size = geometry.boundingBox.getSize(new Vector3());
    geometry.translate(-low.x - size.x / 2, -low.y - size.y / 2, -low.z);
    geometry.computeBoundingBox();
    geometry.computeBoundingSphere();
    const plane = new Plane(AXES.x.clone(), Infinity);
    const scene = new Scene();
    scene.background = new Color(COLOURS.ground);
    const sun = new DirectionalLight(0xffffff, 2.1);
    scene.add(new HemisphereLight(0xffffff, 0x9aa7b0, 1.5), sun, sun.target);
    scene.add(...partOf(geometry, plane));
    const step = niceStep(Math.max(size.x, size.y));
    scene.add(gridOf(size, step));
    const dimensions = dimensionsOf(size);
    scene.add(dimensions.lines);
    return { scene, sun, size, step, plane, labels: dimensions.labels, cut: (axis, share) => cut(plane, size, axis, share) };
}

function partOf(geometry, plane) {
    const clipped = { clippingPlanes: [plane] };
    const outside = new MeshStandardMaterial({ color: COLOURS.part, roughness: 0.75, metalness: 0.1, flatShading: true, ...clipped });
    // Seen only through a cut: the inside in one colour looks like solid material.
    const inside = new MeshBasicMaterial({ color: COLOURS.cut, side: BackSide, ...clipped });
    const parts = [new Mesh(geometry, outside), new Mesh(geometry, inside)];
    if (geometry.index.count / 3 <= MOST_EDGES) {
        const material = new LineBasicMaterial({ color: COLOURS.edge, transparent: true, opacity: 0.55, ...clipped });
        parts.push(new LineSegments(new EdgesGeometry(geometry, EDGE_ANGLE), material));
    }
    return parts;
}

// 1, 2 or 5 times a power of ten, so that a part has some ten cells.
function niceStep(length) {
    const raw = length / 10;
    const power = 10 ** Math.floor(Math.log10(raw));
    return power * ([1, 2, 5].find((factor) => factor * power >= raw) || 10);
}

function gridOf(size, step) {
    const cells = 2 * Math.ceil((Math.max(size.x, size.y) * 0.9) / step);
    const grid = new GridHelper(cells * step, cells, COLOURS.middle, COLOURS.grid);
    grid.rotation.x = Math.PI / 2;
    grid.position.z = -Math.max(size.x, size.y, size.z) * 0.001;
    return grid;
}

// Three dimension lines beside the box, each with ticks at its ends and a label at its middle.
function dimensionsOf(size) {
    const [x, y, z] = [size.x / 2, size.y / 2, size.z];
    const gap = Math.max(size.x, size.y, size.z) * 0.08;
    const tick = gap / 3;
    const rows = [
        { axis: "x", from: [-x, -y - gap, 0], to: [x, -y - gap, 0], tick: [0, tick, 0] },
        { axis: "y", from: [x + gap, -y, 0], to: [x + gap, y, 0], tick: [tick, 0, 0] },
        { axis: "z", from: [-x - gap, y, 0], to: [-x - gap, y, z], tick: [tick, 0, 0] },
    ];
    const points = rows.flatMap(({ from, to, tick: t }) => [from, to, ...[from, to].flatMap((end) => [moved(end, t, -1), moved(end, t, 1)])]);
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(new Float32Array(points.flat()), 3));
    const lines = new Group().add(new LineSegments(geometry, new LineBasicMaterial({ color: COLOURS.size })));
    const middle = (from, to) => new Vector3(...from.map((value, index) => (value + to[index]) / 2));
    return { lines, labels: rows.map(({ axis, from, to }) => ({ axis, at: middle(from, to) })) };
}

function moved(point, by, times) {
    return point.map((value, index) => value + by[index] * times);
}

// `share` of the part along the axis stays; 1: all of it.
function cut(plane, size, axis, share) {
    plane.normal.copy(AXES[axis]);
    const [low, length] = { x: [-size.x / 2, size.x], y: [-size.y / 2, size.y], z: [0, size.z] }[axis];
    plane.constant = share >= 1 ? Infinity : low + length * share;
}
