import type * as pulumi from "@pulumi/pulumi";

import { parseDocuments } from "../yaml";
import type { Registration, Wire } from "./registration";

/** The SDK for Node.js, in whatever copy a program has of it. */
export type Sdk = typeof pulumi;

/** The parts of the engine's registration request that are read here; the SDK's own class, by its accessors. */
interface RegisterRequest {
    getType(): string;
    getName(): string;
    getCustom(): boolean;
    getRemote(): boolean;
    getParent(): string;
    getProvider(): string;
    getProtect(): boolean;
    getRetainondelete(): boolean;
    getObject(): { toJavaScript(): Record<string, Wire> } | undefined;
    getDependenciesList(): string[];
    getIgnorechangesList(): string[];
    getPropertydependenciesMap(): { forEach(visit: (value: { getUrnsList(): string[] }, key: string) => void): void };
    getTransformsList(): unknown[];
    getAliasurnsList(): string[];
    getAliasesList(): { getUrn(): string; getSpec(): { getName(): string; getType(): string } | undefined }[];
}

interface OutputsRequest {
    getUrn(): string;
    getOutputs(): { toJavaScript(): Record<string, Wire> } | undefined;
}

type Callback = (error: unknown, response?: unknown) => void;

/** The SDK's mock monitor, by the methods that are wrapped here. */
interface Monitor {
    newUrn(parent: string, type: string, name: string): string;
    registerResource(request: RegisterRequest, callback: Callback): Promise<void>;
    registerResourceOutputs(request: OutputsRequest, callback: Callback): void;
    registerStackTransform(request: unknown, callback: Callback): void;
    existsResource(request: unknown, callback: Callback): void;
}

/** Type of the resource that every program runs in. */
const STACK_TYPE = "pulumi:pulumi:Stack";

/** What a program registered, in its order. */
export interface Recording {
    readonly registrations: Registration[];
    /** The stack's outputs. */
    outputs: Readonly<Record<string, Wire>>;
}

/**
 * Puts the SDK's mock monitor in the engine's place, and records what it is asked to create.
 *
 * The mock monitor differs from the engine in ways that matter. Mended here: it shortens the URNs of nested components, it
 * merges resources of the same URN silently, it names nothing by itself, it forgets parents, dependencies and options, and it
 * takes what it has not made for missing.
 * Refused here: transforms, which it does not run.
 */
export async function recordProgram(sdk: Sdk, project: string, stack: string): Promise<Recording> {
    const recording: Recording = { registrations: [], outputs: {} };
    await sdk.runtime.setMocks({ newResource, call }, project, stack, true);
    const monitor = (sdk.runtime as unknown as { getMonitor(): Monitor }).getMonitor();
    const seen = new Set<string>();
    const register = monitor.registerResource.bind(monitor);
    const registerOutputs = monitor.registerResourceOutputs.bind(monitor);

    monitor.newUrn = (parent, type, name) => urnOf(project, stack, parent, type, name);
    monitor.registerResource = async (request, callback) => {
        const registration = registrationOf(
            request,
            monitor.newUrn(request.getParent(), request.getType(), request.getName()),
        );
        if (request.getTransformsList().length > 0) {
            callback(unsupportedTransform(registration.urn));
            return;
        }
        if (seen.has(registration.urn)) {
            callback(new Error(`Duplicate resource URN '${registration.urn}'; try giving it a unique name`));
            return;
        }
        seen.add(registration.urn);
        recording.registrations.push(registration);
        await register(request, callback);
    };
    monitor.registerResourceOutputs = (request, callback) => {
        if (request.getUrn() === recording.registrations[0]?.urn) {
            recording.outputs = request.getOutputs()?.toJavaScript() ?? {};
        }
        registerOutputs(request, callback);
    };
    monitor.existsResource = (_request, callback) => {
        // Only a cluster could tell.
        callback(undefined, { getExists: () => false, getUnknown: () => true });
    };
    monitor.registerStackTransform = () => {
        // Thrown, not called back: the SDK drops what it is called back with here.
        throw unsupportedTransform("the stack");
    };
    return recording;
}

/** The engine runs transforms, the mock monitor does not: what it would show is not what would be deployed. */
function unsupportedTransform(place: string): Error {
    const message = `${place} has a transform, which only the engine runs; preview this program with the pulumi CLI`;
    return Object.assign(new Error(message), { details: message });
}

/** A URN as the engine forms it: the types of all parents but the stack, joined by `$`. */
export function urnOf(project: string, stack: string, parent: string, type: string, name: string): string {
    const parentTypes = parent.split("::")[2] ?? "";
    const qualified = parentTypes === "" || parentTypes === STACK_TYPE ? type : `${parentTypes}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

function registrationOf(request: RegisterRequest, urn: string): Registration {
    const propertyDependencies: Record<string, readonly string[]> = {};
    request.getPropertydependenciesMap().forEach((value, key) => {
        propertyDependencies[key] = [...value.getUrnsList()].sort();
    });
    return {
        urn,
        type: request.getType(),
        name: request.getName(),
        custom: request.getCustom(),
        remote: request.getRemote(),
        parent: request.getParent(),
        provider: request.getProvider(),
        inputs: request.getObject()?.toJavaScript() ?? {},
        dependencies: [...request.getDependenciesList()].sort(),
        propertyDependencies,
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
        ignoreChanges: request.getIgnorechangesList(),
        aliases: [
            ...request.getAliasurnsList(),
            ...request.getAliasesList().map((alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? "")),
        ],
    };
}

/** Nothing has an id before it exists; what the provider would compute is therefore unknown. */
function newResource(args: pulumi.runtime.MockResourceArgs): {
    id: string | undefined;
    state: Record<string, unknown>;
} {
    return { id: undefined, state: withName(args.type, args.name, args.inputs as Record<string, unknown>) };
}

/** The provider names an object that the program left unnamed, after the resource. */
function withName(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
    const metadata = inputs["metadata"];
    const named =
        typeof metadata === "object" && metadata !== null && ("name" in metadata || "generateName" in metadata);
    return !type.startsWith("kubernetes:") || named || !("kind" in inputs)
        ? inputs
        : { ...inputs, metadata: { ...(metadata as object), name: `${name}-autonamed` } };
}

/** The provider functions that can be answered without a provider. */
function call(args: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    if (args.token === "kubernetes:yaml:decode") {
        return { result: decodeYaml(String((args.inputs as Record<string, unknown>)["text"])) };
    }
    const message = `the provider function ${args.token} needs the Pulumi engine; preview this program with the pulumi CLI`;
    // The SDK takes the text of a failed call from `details`, where gRPC puts it.
    throw Object.assign(new Error(message), { details: message });
}

function decodeYaml(text: string): readonly unknown[] {
    return parseDocuments(text).filter((document) => document !== undefined);
}
