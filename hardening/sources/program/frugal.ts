import { createRequire } from "node:module";

/** The part of the SDK that keeps for each promise where it was made. */
interface Debuggable {
    debuggablePromise: (promise: Promise<unknown>, context: string) => Promise<unknown>;
}

/** A message of Protocol Buffers that stands for an object of JSON. */
interface Message {
    toJavaScript: () => Fields;
}

interface Protobuf {
    readonly Struct: { new (): Message; fromJavaScript: (fields: Fields) => Message };
}

type Fields = Record<string, unknown>;

/**
 * Takes from the SDK what it does for an engine and for somebody who looks for promises that never end, a fifth of a
 * preview's processor time: it writes a stack for every promise, and puts every resource into Protocol Buffers and takes it
 * out again, which nobody here sends. What a program sees is the same, refusals of what is no JSON included.
 *
 * @param sdk the file of the SDK that the program loads
 */
export function spare(sdk: string): void {
    const debuggable = partOf(sdk, "./runtime/debuggable") as Debuggable | undefined;
    if (debuggable !== undefined && process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) {
        withoutStacks(debuggable);
    }
    const protobuf = partOf(sdk, "google-protobuf/google/protobuf/struct_pb.js") as Protobuf | undefined;
    if (protobuf !== undefined) {
        withoutMessages(protobuf);
    }
}

/** A part of the SDK that is not for programs: another release may have moved it, and then does all it does. */
function partOf(sdk: string, name: string): unknown {
    try {
        return createRequire(sdk)(name);
    } catch {
        return undefined;
    }
}

/** The SDK still counts its promises, to say which of them never ended. */
function withoutStacks(debuggable: Debuggable): void {
    const { debuggablePromise } = debuggable;
    debuggable.debuggablePromise = (promise, context) => {
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
            return debuggablePromise(promise, context);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    };
}

function withoutMessages({ Struct }: Protobuf): void {
    Struct.fromJavaScript = (fields) => {
        const kept = copyOfFields(fields);
        const message = new Struct();
        // Who asks may change what it gets.
        message.toJavaScript = () => copyOfFields(kept);
        return message;
    };
}

/** The fields of an object, inherited ones too, by name: so a map of Protocol Buffers gives them back. */
function copyOfFields(fields: Fields): Fields {
    const copy: Fields = {};
    const names: string[] = [];
    for (const name in fields) {
        names.push(name);
    }
    for (const name of names.sort()) {
        copy[name] = copyOf(fields[name]);
    }
    return copy;
}

/** @throws Error as the message does, for what it can't hold */
function copyOf(value: unknown): unknown {
    switch (typeof value) {
        case "string":
        case "number":
        case "boolean":
            return value;
        case "object":
            if (value === null) {
                return value;
            }
            // `Array.from` sees the holes of a list too, which the message refuses.
            return Array.isArray(value) ? Array.from(value, copyOf) : copyOfFields(value as Fields);
        default:
            throw new Error("Unexpected struct type.");
    }
}
