import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { loadAll, YAMLException } from "js-yaml";

import { isObj, obj, str } from "../../policies/kubernetes/kube";
import { show } from "../../policies/text";
import type { CrdSettings } from "./settings";

/** A CustomResourceDefinition as it is to be registered. */
export interface CrdManifest {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: Readonly<Record<string, unknown>>;
}

/** Definitions that the operator can't run without. */
export const REQUIRED_CRDS: readonly string[] = [
    "externalsecrets.external-secrets.io",
    "secretstores.external-secrets.io",
];

/** The definitions can't be used; `faults` holds one line for each reason. */
export class CrdError extends Error {
    constructor(public readonly faults: readonly string[]) {
        super(faults.join("\n"));
        this.name = "CrdError";
    }
}

/** Where checked downloads are kept, by checksum, so that only the first preview needs the network. */
const CACHE = join(".cache", "crds");

/**
 * The operator's CustomResourceDefinitions from where the settings say.
 *
 * @returns none where the cluster has them already
 * @throws CrdError where the source can't be read, its checksum differs, or it is not a complete set of definitions
 */
export function readCrds(settings: CrdSettings, download: (url: string) => string = fetchSync): readonly CrdManifest[] {
    switch (settings.source) {
        case "preinstalled":
            return [];
        case "path":
            return parseCrds(readText(settings.path), settings.path);
        case "url":
            return parseCrds(verified(settings.url, settings.sha256, download), settings.url);
    }
}

/** Reads and checks a YAML stream of definitions; `from` names it in faults. */
export function parseCrds(yaml: string, from: string): readonly CrdManifest[] {
    const documents = readDocuments(yaml, from);
    const faults: string[] = [];
    documents.forEach((document, index) => {
        const { apiVersion, kind } = obj(document);
        const at = `${from}: document ${index + 1}`;
        if (kind !== "CustomResourceDefinition" || apiVersion !== "apiextensions.k8s.io/v1") {
            const found = isObj(document) ? `${show(kind)} of ${show(apiVersion)}` : "no object";
            faults.push(`${at} must be a CustomResourceDefinition of apiextensions.k8s.io/v1, found ${found}`);
        } else if (nameOf(document) === "") {
            faults.push(`${at} has no metadata.name`);
        }
    });
    const names = documents.map(nameOf);
    for (const name of REQUIRED_CRDS.filter((required) => !names.includes(required))) {
        faults.push(`${from}: holds no definition of ${name}`);
    }
    if (faults.length > 0) {
        throw new CrdError(faults);
    }
    // What is no definition has been refused.
    return documents as readonly CrdManifest[];
}

function nameOf(document: unknown): string {
    return str(obj(obj(document)["metadata"])["name"]);
}

/** The documents of a stream, without empty ones. */
function readDocuments(yaml: string, from: string): readonly unknown[] {
    try {
        return loadAll(yaml).filter((document) => document !== null && document !== undefined);
    } catch (error) {
        if (error instanceof YAMLException) {
            throw new CrdError([`${from}:${(error.mark?.line ?? 0) + 1}: ${error.reason}`]);
        }
        throw error;
    }
}

function readText(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        throw new CrdError([`${path}: can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})`]);
    }
}

function verified(url: string, sha256: string, download: (url: string) => string): string {
    const cached = join(CACHE, `${sha256}.yaml`);
    try {
        return checked(readFileSync(cached, "utf8"), sha256, cached);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
            throw error;
        }
    }
    const content = checked(download(url), sha256, url);
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(cached, content);
    return content;
}

function checked(content: string, sha256: string, from: string): string {
    const found = createHash("sha256").update(content).digest("hex");
    if (found !== sha256) {
        throw new CrdError([`${from}: has the SHA-256 checksum ${found}, expected ${sha256}`]);
    }
    return content;
}

/** The program builds its resources synchronously, so the download runs in a process of its own. */
function fetchSync(url: string): string {
    const script =
        "fetch(process.argv[1]).then((r) => r.ok ? r.text() : Promise.reject(new Error(`status ${r.status}`)))" +
        ".then((t) => process.stdout.write(t), (e) => { process.stderr.write(e.message); process.exit(1); })";
    try {
        return execFileSync(process.execPath, ["-e", script, url], {
            encoding: "utf8",
            maxBuffer: 64 * 1024 * 1024,
            timeout: 60_000,
            stdio: ["ignore", "pipe", "pipe"],
        });
    } catch (error) {
        const reason = ((error as { stderr?: string }).stderr ?? "").trim() || "no answer within a minute";
        throw new CrdError([`${url}: can't be downloaded (${reason})`]);
    }
}
