import { isObj } from "../../../policies/kubernetes/kube";

/** A JSON value as it travels between a program and the engine, with the engine's markers for secrets and unknowns. */
export type Wire = null | boolean | number | string | readonly Wire[] | { readonly [key: string]: Wire };

/** A resource as a program registers it: what the engine would be asked to create. */
export interface Registration {
    readonly urn: string;
    /** Type token. */
    readonly type: string;
    readonly name: string;
    /** False for a component, which only groups others. */
    readonly custom: boolean;
    /** A component whose children the provider makes, out of this preview's sight. */
    readonly remote: boolean;
    /** URN of the parent; empty for the stack itself. */
    readonly parent: string;
    /** `<URN>::<id>` of the provider; empty for the default one. */
    readonly provider: string;
    readonly inputs: Readonly<Record<string, Wire>>;
    /** URNs of the resources this one waits for, sorted. */
    readonly dependencies: readonly string[];
    /** For each input, the URNs its value comes from, sorted. */
    readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly ignoreChanges: readonly string[];
    readonly aliases: readonly string[];
}

/** What a program host reports to the process that started it. */
export type HostMessage =
    | {
          readonly kind: "done";
          readonly registrations: readonly Registration[];
          readonly outputs: Readonly<Record<string, Wire>>;
      }
    /** The program failed; the message is fit to be shown. */
    | { readonly kind: "failed"; readonly message: string };

/** What a program host is started with. */
export interface HostRequest {
    /** Folder of `Pulumi.yaml`. */
    readonly directory: string;
    /** The program's entry file, absolute. */
    readonly main: string;
    readonly project: string;
    /** The language of the program, as Pulumi names it. */
    readonly runtime: string;
    readonly stack: string;
    /** Raw configuration by full key. */
    readonly config: Readonly<Record<string, string>>;
    /** Keys whose values are encrypted in the stack file. */
    readonly secretKeys: readonly string[];
    /** Environments of Pulumi ESC that the stack imports; their values are not read. */
    readonly environments?: readonly string[];
}

/** Key under which the engine marks special values (pulumi/sdk/proto, "special signatures"). */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** The engine's markers for values that are unknown before deployment, one for each type. */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The marker for a text that is unknown before deployment. */
export const KNOWN_LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Says whether a wire value stands for something unknown before deployment. */
export function isUnknown(value: unknown): boolean {
    return UNKNOWNS.has(value);
}

/** The value inside a secret's marker, or undefined where `value` is no secret. */
export function secretValue(value: unknown): Wire | undefined {
    return isObj(value) && value[SIGNATURE] === SECRET ? (value["value"] as Wire) : undefined;
}
