import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";

import type { Body } from "../../policies/kubernetes/kube";
import { isObj } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { typeToken } from "../../policies/kubernetes/resource";
import type { Failure, NotJudged } from "../findings";
import type { FoundFile, IsExcluded } from "./files";
import { manifestFiles, reasonOf } from "./files";
import { fieldAt } from "./outline";
import type { Package } from "./packages";
import { build } from "./packages";
import type { Origin, Produced, Producer } from "./producer";
import { PULUMI_PRODUCERS } from "./pulumi-json";
import { terraform, terraformStored } from "./terraform";
import type { SyntaxFault, TextDocument } from "./yaml";
import { readDocuments } from "./yaml";

/** The largest file that is read unless an option says otherwise. */
const DEFAULT_MAX_BYTES = 40 * 1024 * 1024;

/** What findings name as the source of standard input. */
const STDIN = "stdin";

/** What one file holds. A file with a failure may still yield the documents that are sound. */
export interface ManifestFile {
    readonly source: string;
    readonly resources: readonly Resource[];
    readonly failures: readonly Failure[];
    /** Packages that can't be built here. */
    readonly notJudged?: readonly NotJudged[];
    /** A document of it was written by another program about objects, such as a plan, whatever could be read of it. */
    readonly produced?: true;
}

export interface ManifestOptions {
    /** Larger files are refused; default {@link DEFAULT_MAX_BYTES}. */
    readonly maxBytes?: number;
    /** False where a link that leads out of what was given is an error: for who changes what is read. Default: true. */
    readonly linksOut?: boolean;
    /** What is left out of files and folders as if it were not there. Default: nothing. */
    readonly excluded?: IsExcluded;
    /** Content of standard input, for the path `-`. */
    readonly stdin?: () => Buffer;
}

/**
 * Reads manifests from files, folders and standard input (`-`), one file at a time, each when it is asked for.
 *
 * A folder stands for every `.yaml`, `.yml` and `.json` below it at the time of the call, so that a report written beside
 * them is not read as one. Never throws: what can't be read becomes a failure of its file, and the other files are still
 * read.
 */
export function readManifests(paths: readonly string[], options: ManifestOptions = {}): Iterable<ManifestFile> {
    const found = paths.flatMap<FoundFile | typeof STDIN>((path) =>
        path === "-" ? [STDIN] : [...manifestFiles(path, options.linksOut, options.excluded)],
    );
    return readFound(found, options);
}

function* readFound(found: readonly (FoundFile | typeof STDIN)[], options: ManifestOptions): Iterable<ManifestFile> {
    let allBuilt = true;
    for (const file of found) {
        if (file === STDIN) {
            yield readStdin(options);
        } else if (file.failure !== undefined) {
            yield { source: file.path, resources: [], failures: [file.failure] };
        } else if (file.made !== undefined) {
            const read = readPackage(file.made, options);
            allBuilt &&= read.notJudged === undefined;
            yield read;
        } else if (file.takenIn !== true || !allBuilt) {
            yield readFile(file.path, options);
        }
    }
}

/** What a chart or a kustomization comes to. Who changes files is told that it can't be changed as a whole. */
export function readPackage(made: Package, options: ManifestOptions): ManifestFile {
    const { kind, folder } = made;
    if (options.linksOut === false) {
        return kind === "Chart"
            ? failed(folder, "is a Helm chart, whose templates can't be changed")
            : { source: folder, resources: [], failures: [], notJudged: [] };
    }
    const built = build(made);
    if ("text" in built) {
        return parseManifest(folder, built.text, options);
    }
    const name = basename(resolve(folder));
    return {
        source: folder,
        resources: [],
        failures: [],
        notJudged: [{ source: folder, document: 0, kind, name, reason: built.reason }],
    };
}

function readStdin(options: ManifestOptions): ManifestFile {
    try {
        return parseManifest(STDIN, options.stdin?.() ?? readFileSync(0), options);
    } catch (error) {
        return failed(STDIN, reasonOf(error));
    }
}

function readFile(path: string, options: ManifestOptions): ManifestFile {
    try {
        const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
        const { size } = statSync(path);
        return size > limit ? tooLarge(path, size, limit) : parseManifest(path, readFileSync(path), options);
    } catch (error) {
        return failed(path, reasonOf(error));
    }
}

function tooLarge(source: string, size: number, limit: number): ManifestFile {
    const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
    return failed(
        source,
        `is ${mebibytes(size)} large; at most ${mebibytes(limit)} are read (--max-file-size sets the limit)`,
    );
}

/** What a ZIP archive begins with (APPNOTE.TXT 4.3.7). */
const ZIP = Buffer.from("PK\x03\x04");

/** Reads the documents of one file's content. Never throws. */
export function parseManifest(source: string, content: Buffer, options: ManifestOptions = {}): ManifestFile {
    const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
    if (content.length > limit) {
        return tooLarge(source, content.length, limit);
    }
    if (content.subarray(0, ZIP.length).equals(ZIP)) {
        return failed(
            source,
            "is a ZIP archive, as Terraform saves a plan in; scan what terraform show -json prints of it",
        );
    }
    if (!isUtf8(content)) {
        return failed(source, "is not valid UTF-8", firstBadLine(content));
    }
    const text = content.toString("utf8").replace(/^\uFEFF/, "");
    return collect(source, text, readDocuments(text));
}

/** Reads documents that somebody else has parsed. Never throws. */
export function readBodies(source: string, bodies: readonly unknown[]): ManifestFile {
    return collect(
        source,
        "",
        bodies.map((body) => ({ body, start: 0 })),
    );
}

/** @param text what the documents were read from; empty where that is not known, and no line is named then */
function collect(source: string, text: string, documents: readonly Omit<TextDocument, "text">[]): ManifestFile {
    const resources: Resource[] = [];
    const failures: Failure[] = [];
    const template = templateIn(text);
    const said = new Set<string>();
    let content = false;
    let isProduced = false;
    for (const [document, { body, fault, start }] of documents.entries()) {
        if (fault !== undefined) {
            failures.push(syntaxFailure(source, text, fault, template));
            continue;
        }
        const produced = producedBy(body, { source, document });
        if (produced !== undefined) {
            isProduced = true;
            content ||= produced.resources.length > 0;
            resources.push(...produced.resources);
            // What is wrong with each line of a stream is said once.
            for (const message of produced.faults.filter((fault) => !said.has(fault))) {
                said.add(message);
                failures.push({ source, message, cause: "input" });
            }
            continue;
        }
        content ||= body !== undefined;
        // A list with an unsound item is still judged for the others.
        if (isObj(body) && typeof body["apiVersion"] === "string" && typeof body["kind"] === "string") {
            resources.push({ source, document, type: typeToken(body["apiVersion"], body["kind"]), props: body });
        }
        const faults = body === undefined ? [] : documentFaults(body, "");
        const line = faults.length === 0 || text === "" ? undefined : firstLineOf(text, start);
        for (const message of faults) {
            failures.push({ source, message: `document ${document + 1}: ${message}`, cause: "input", line });
        }
    }
    if (!content && failures.length === 0) {
        failures.push({ source, message: "holds no Kubernetes object", cause: "input" });
    }
    return { source, resources, failures, ...(isProduced && { produced: true }) };
}

/** What a document holds that another program has written about objects; undefined for a manifest. */
function producedBy(body: unknown, origin: Origin): Produced | undefined {
    if (!isObj(body) || "kind" in body || "apiVersion" in body) {
        return undefined;
    }
    for (const producer of PRODUCERS) {
        const produced = producer(body, origin);
        if (produced !== undefined) {
            return produced;
        }
    }
    return undefined;
}

const PRODUCERS: readonly Producer[] = [...PULUMI_PRODUCERS, terraform, terraformStored];

function syntaxFailure(source: string, text: string, fault: SyntaxFault, template: number | undefined): Failure {
    const { message, line } = fault;
    const path = line === undefined ? "" : fieldAt(text, line);
    const hint = template === undefined ? "" : `; line ${template} looks like a template (render it first)`;
    return { source, message: `${path === "" ? "" : `${path}: `}${message}${hint}`, cause: "input", line };
}

/** The first line that only a template engine can read: one that begins with an action, or has one for its value. */
function templateIn(text: string): number | undefined {
    if (!text.includes("{{")) {
        return undefined;
    }
    const line = text.split("\n").findIndex((written) => /^\s*(?:- )?(?:[\w.-]+: *)?\{\{[^{]/.test(written));
    return line === -1 ? undefined : line + 1;
}

/** Why a document, or an item of it, is no Kubernetes object: nothing may be left out of a scan without a word. */
function documentFaults(body: unknown, path: string, typed = false): readonly string[] {
    const at = (field: string) => `${path === "" ? "" : `${path}.`}${field}`;
    if (!isObj(body)) {
        return [`${path === "" ? "it" : path} is ${nameOfType(body)}, not a Kubernetes object`];
    }
    // An item of a list may leave out both, never one alone.
    const inherits = typed && isUnset(body["apiVersion"]) && isUnset(body["kind"]);
    const faults = inherits ? [] : ["apiVersion", "kind"].flatMap((field) => textFault(body, field, at(field)));
    if (faults.length > 0 || !Object.hasOwn(body, "items")) {
        return faults;
    }
    if (!Array.isArray(body["items"])) {
        return [`${at("items")} is ${nameOfType(body["items"])}, not a list`];
    }
    if (path !== "") {
        return [`${at("items")}: kubectl reads no list inside a list`];
    }
    const itemsAreTyped = body["kind"] !== "List";
    return body["items"].flatMap((item, index) => documentFaults(item, at(`items[${index}]`), itemsAreTyped));
}

function isUnset(value: unknown): boolean {
    return value === undefined || value === null || value === "";
}

function textFault(body: Body, field: string, path: string): readonly string[] {
    const value = Object.hasOwn(body, field) ? body[field] : undefined;
    if (isUnset(value)) {
        return [`${path} is missing, so it is no Kubernetes object`];
    }
    if (typeof value !== "string") {
        return [`${path} is ${nameOfType(value)}, not a text`];
    }
    return field !== "apiVersion" || /^(?:[^/]+\/)?[^/]+$/.test(value)
        ? []
        : [`${path} is no version and no group/version`];
}

function nameOfType(value: unknown): string {
    if (value === null || value === undefined) {
        return "empty";
    }
    if (Array.isArray(value)) {
        return "a list";
    }
    return { string: "a text", number: "a number", boolean: "a boolean" }[typeof value as string] ?? "an object";
}

/** One-based line of the first content behind an offset. */
function firstLineOf(text: string, start: number): number {
    let line = start === 0 ? 1 : text.slice(0, start).split("\n").length;
    const lines = text.slice(start).split("\n");
    for (const written of lines) {
        if (!/^\s*(?:#.*)?$/.test(written)) {
            break;
        }
        line++;
    }
    return line;
}

function firstBadLine(content: Buffer): number {
    let line = 1;
    for (let start = 0; start < content.length; line++) {
        const end = content.indexOf(0x0a, start);
        const next = end === -1 ? content.length : end + 1;
        if (!isUtf8(content.subarray(start, next))) {
            break;
        }
        start = next;
    }
    return line;
}

function failed(source: string, message: string, line?: number): ManifestFile {
    return { source, resources: [], failures: [{ source, message, cause: "input", line }] };
}
