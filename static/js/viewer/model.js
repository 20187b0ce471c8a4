// The model: asked for until the worker has made it, and read. Ours is the simplest GLB there is: one mesh, positions
// and indices, in millimetres with z up.
import { BufferAttribute, BufferGeometry } from "three";

const PATIENCE = 90_000; // ms

export async function fetchModel(url, stopped) {
    const until = Date.now() + PATIENCE;
    while (!stopped()) {
        const answer = await fetch(url, { headers: { Accept: "model/gltf-binary" } });
        if (answer.status === 200) return read(await answer.arrayBuffer());
        if (answer.status !== 202) throw refusal(answer.status === 410 ? "refused" : "failed");
        if (Date.now() > until) throw refusal("failed");
        const seconds = Number(answer.headers.get("Retry-After")) || 1;
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
    return null;
}

function refusal(code) {
    return Object.assign(new Error(code), { code });
}

function read(buffer) {
    const view = new DataView(buffer);
    const textLength = view.getUint32(12, true);
    const text = new TextDecoder().decode(new Uint8Array(buffer, 20, textLength));
    const { accessors, bufferViews } = JSON.parse(text);
    const binary = 20 + textLength + 8;
    const geometry = new BufferGeometry();
    const positions = new Float32Array(buffer, binary + bufferViews[0].byteOffset, accessors[0].count * 3);
    const indices = new Uint32Array(buffer, binary + bufferViews[1].byteOffset, accessors[1].count);
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setIndex(new BufferAttribute(indices, 1));
    return geometry;
}
