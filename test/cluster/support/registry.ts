import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../harness/cluster";
import type { Component } from "../harness/component";
import { registryFolder } from "../harness/images";
import type { Node } from "../harness/node";

/** Where the node's registry answers, as the platform's own one does by default. */
export const REGISTRY = "localhost:5001";

/** Starts a registry on the node. Images published before or after are served. */
export async function startRegistry(cluster: Cluster, node: Node): Promise<Component> {
    const folder = registryFolder(node);
    const [, port = ""] = REGISTRY.split(":");
    const logFile = join(node.folder, "logs", "registry.log");
    mkdirSync(folder, { recursive: true });
    return cluster.startProgram(
        {
            name: "registry",
            command: process.execPath,
            args: [join(__dirname, "..", "harness", "registry.mts"), folder, port],
            logFile,
            ready: async () => (await readFile(logFile, "utf8")).includes("listening"),
            timeoutSeconds: 30,
        },
        "node",
    );
}
