import { delimiter, dirname, isAbsolute } from "node:path";

import { must, run, type ExecOptions, type Outcome } from "./exec";

/** A resource as it comes from the API server or goes to it. */
export interface KubernetesObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
        readonly uid?: string;
        readonly resourceVersion?: string;
        readonly generation?: number;
        readonly deletionTimestamp?: string;
    };
    readonly [field: string]: unknown;
}

/** kubectl for one cluster, as its administrator. */
export class Kubectl {
    /** What any program needs in its environment to reach this cluster by plain `kubectl`. */
    readonly env: NodeJS.ProcessEnv;

    /**
     * @param cache - folder for what kubectl remembers of the API. By address in the user's home, as it does by itself, a
     * cluster on a port used before would be taken for the former one
     */
    constructor(
        readonly command: string,
        readonly kubeconfig: string,
        cache?: string,
    ) {
        this.env = {
            ...process.env,
            KUBECONFIG: kubeconfig,
            ...(cache !== undefined && { KUBECACHEDIR: cache }),
            ...(isAbsolute(command) && { PATH: [dirname(command), process.env["PATH"] ?? ""].join(delimiter) }),
        };
    }

    /** Runs kubectl and answers what it did, success or not. */
    async try(args: readonly string[], options: ExecOptions = {}): Promise<Outcome> {
        return run(this.command, args, { ...options, env: { ...this.env, ...options.env } });
    }

    /** Runs kubectl, which must succeed, and answers its standard output. */
    async run(args: readonly string[], options: ExecOptions = {}): Promise<string> {
        return must(this.command, args, { ...options, env: { ...this.env, ...options.env } });
    }

    /** Server-side apply with strict field validation (an unknown field is an error), which must succeed. */
    async apply(...what: Parameters<Kubectl["tryApply"]>): Promise<void> {
        const { code, stderr } = await this.tryApply(...what);
        if (code !== 0) {
            throw new Error(stderr.trim());
        }
    }

    /** {@link apply} that answers what it did, success or not. */
    async tryApply(objects: readonly unknown[] | string, args: readonly string[] = []): Promise<Outcome> {
        const input =
            typeof objects === "string" ? objects : JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
        return this.try(["apply", "--server-side", "--validate=strict", "--field-manager=test", "-f", "-", ...args], {
            input,
        });
    }

    async get(kind: string, name: string, namespace?: string): Promise<KubernetesObject | undefined> {
        const scope = namespace === undefined ? [] : ["-n", namespace];
        const outcome = await this.try(["get", kind, name, ...scope, "--ignore-not-found", "-o", "json"]);
        if (outcome.code !== 0) {
            throw new Error(outcome.stderr.trim());
        }
        return outcome.stdout.trim() === "" ? undefined : (JSON.parse(outcome.stdout) as KubernetesObject);
    }

    /** Every object of a kind, in one namespace or in all of them. */
    async list(kind: string, namespace?: string, args: readonly string[] = []): Promise<KubernetesObject[]> {
        const scope = namespace === undefined ? ["-A"] : ["-n", namespace];
        const text = await this.run(["get", kind, ...scope, "-o", "json", ...args]);
        return (JSON.parse(text) as { items: KubernetesObject[] }).items;
    }
}
