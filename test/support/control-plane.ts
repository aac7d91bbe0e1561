import type { ObjectControl } from "../../policies/engine/control";
import type { Case } from "./cases";
import { describeControl } from "./control-suite";
import type { Manifest } from "./controls";

export interface FlagCases {
    /** The component's binary. */
    readonly component: string;
    /** A whole command line the control has nothing against, by flag. */
    readonly good: Readonly<Record<string, string>>;
    /** By title: the flags that are changed, or taken out where undefined, and what is said of each. */
    readonly refused: Readonly<Record<string, readonly [Readonly<Record<string, string | undefined>>, ...string[]]>>;
    readonly allowed?: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
    /** Further cases, as a table of a control takes them. */
    readonly more?: {
        readonly refused?: Readonly<Record<string, Case & { readonly message: string | readonly string[] }>>;
        readonly allowed?: Readonly<Record<string, Case>>;
    };
}

/** A command line: the binary and its flags. */
export function commandLine(component: string, flags: Readonly<Record<string, string | undefined>>): readonly string[] {
    return [
        component,
        ...Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ];
}

/** The tests of a control over a component's flags. `@flag` in a message stands for the place of that flag. */
export function describeFlags(control: ObjectControl, cases: FlagCases): void {
    const { component, good, refused, allowed = {}, more = {} } = cases;
    const [title, [changes]] = Object.entries(refused)[0] ?? ["", [{}]];
    const words = commandLine(component, { ...good, ...changes });
    const name = Object.keys(changes)[0] ?? "";
    const at = words.findIndex((word) => word.startsWith(`--${name}=`));
    describeControl(control, {
        refused: {
            ...Object.fromEntries(
                Object.entries(refused).map(([one, [over, ...messages]]) => [
                    one,
                    refusal(commandLine(component, { ...good, ...over }), messages),
                ]),
            ),
            [`${title}, written as two words after a path`]: {
                container: {
                    command: [`/usr/local/bin/${component}`],
                    args: words.slice(1).flatMap((word) => word.split(/=(.*)/s, 2)),
                },
                message: refusal(words, refused[title]?.slice(1) as string[]).message.map((message) =>
                    message.replace(`command[${at}]`, `args[${2 * (at - 1)}]`).replace(/\.command:/, ".args:"),
                ),
            },
            ...more.refused,
        },
        allowed: {
            "good settings": { container: { command: commandLine(component, good) } },
            ...Object.fromEntries(
                Object.entries(allowed).map(([one, over]) => [
                    one,
                    { container: { command: commandLine(component, { ...good, ...over }) } },
                ]),
            ),
            "another program": { container: { command: commandLine("busybox", { ...good, ...changes }) } },
            ...more.allowed,
        },
    });
}

function refusal(
    command: readonly string[],
    messages: readonly string[],
): { container: object; message: string[] } & Case {
    const message = messages.map((text) => {
        const flag = /^--([\w-]+)/.exec(text)?.[1] ?? "";
        const at = command.findIndex((word) => word.startsWith(`--${flag}=`));
        return `spec.containers[0].command${at < 0 ? "" : `[${at}]`}: ${text}`;
    });
    return { container: { command }, message };
}

/** A kubelet's configuration file. */
export function kubeletConfiguration(fields: Manifest): Manifest {
    return {
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        metadata: { name: "kubelet" },
        ...fields,
    };
}

/** What Kubescape's host scanner reports of a node's kubelet. */
export function kubeletReport(cmdLine: string, config: string): Manifest {
    return {
        apiVersion: "hostdata.kubescape.cloud/v1beta0",
        kind: "KubeletInfo",
        metadata: { name: "node-1" },
        data: { cmdLine, configFile: { content: Buffer.from(config).toString("base64") } },
    };
}

/** kubeadm's configuration of a cluster. */
export function kubeadm(fields: Manifest): Manifest {
    return {
        apiVersion: "kubeadm.k8s.io/v1beta4",
        kind: "ClusterConfiguration",
        metadata: { name: "cluster" },
        ...fields,
    };
}
