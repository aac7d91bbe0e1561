import { loadAll } from "js-yaml";

import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../kubernetes/kube";
import { carriedBy, groupOf } from "../../kubernetes/carried";
import { rememberEach } from "../../memo";
import type { ContainerView } from "../../kubernetes/pods";
import { podsOf } from "../../kubernetes/pods";
import { handedOn, setupComponents } from "./setup-flags";

export type ComponentName =
    "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kube-proxy" | "etcd" | "kubelet";

/** A flag as it was given. */
export interface FlagValue {
    readonly value: string;
    /** Where it stands, e.g. `spec.containers[0].command[3]`. */
    readonly path: string;
}

/** A component of Kubernetes itself, as a manifest starts it. */
export interface ComponentView {
    readonly name: ComponentName;
    /** Where a flag that is missing would have to stand. */
    readonly path: string;
    readonly container?: string;
    readonly flags: ReadonlyMap<string, FlagValue>;
    /**
     * `whole`: the manifest holds what the component needs to start. `excerpt`: it doesn't, so what it leaves out may stand
     * elsewhere. `overlay`: another tool adds the rest.
     */
    readonly extent: "whole" | "excerpt" | "overlay";
    /** The component reads its settings from a file that the manifest does not hold. */
    readonly configFile: boolean;
}

/** Flags of which each component needs one to start as part of a cluster. */
const ESSENTIAL: Readonly<Record<ComponentName, readonly string[]>> = {
    "kube-apiserver": ["etcd-servers"],
    "kube-controller-manager": ["kubeconfig", "master"],
    "kube-scheduler": ["kubeconfig", "config", "master"],
    "kube-proxy": ["kubeconfig", "config", "master"],
    etcd: ["listen-client-urls", "advertise-client-urls", "data-dir"],
    kubelet: ["kubeconfig", "bootstrap-kubeconfig", "config"],
};

const NAMES = Object.keys(ESSENTIAL) as ComponentName[];

/** Older releases have one binary for all components, which takes the component as its first word, and calls some shorter. */
const MULTI_CALL = new Set(["hyperkube", "k3s", "rke2"]);
const ALIASES: ReadonlyMap<string, ComponentName> = new Map([
    ["apiserver", "kube-apiserver"],
    ["controller-manager", "kube-controller-manager"],
    ["scheduler", "kube-scheduler"],
    ["proxy", "kube-proxy"],
]);

/** The components that a pod, a kubeadm configuration or a report about a node starts. */
export const componentsOf = rememberEach((object: KubeObject): readonly ComponentView[] => {
    if (object.group === "hostdata.kubescape.cloud" && object.kind === "KubeletInfo") {
        const command = `${object.prefix}data.cmdLine`;
        const words = str(obj(object.body["data"])["cmdLine"]).split(/\s+/);
        return [
            component(
                "kubelet",
                words.slice(1).map((word) => ({ word, path: command })),
                command,
            ),
        ];
    }
    const started = podsOf(object)
        .flatMap(({ containers }) => containers)
        .flatMap((container) => containerComponents(container));
    return [...started, ...carriedPods(object), ...setupComponents(object)];
});

/** What the static pods start that an object carries as texts, as setups of clusters write them to the nodes' disks. */
function carriedPods(object: KubeObject): readonly ComponentView[] {
    const pods = carriedBy(object).documents.filter(
        ({ body }) => body["kind"] === "Pod" && body["apiVersion"] === "v1",
    );
    return pods.flatMap(({ path, body }) =>
        list(obj(body["spec"])["containers"])
            .map(obj)
            .flatMap((container) =>
                containerComponents({ name: str(container["name"]), path: "", body: container }).map((view) => ({
                    ...view,
                    path,
                    // A patch of a static pod holds no more than what it changes.
                    extent: view.extent === "whole" ? "whole" : "overlay",
                    flags: new Map([...view.flags].map(([flag, { value }]) => [flag, { value, path }])),
                })),
            ),
    );
}

interface Word {
    readonly word: string;
    readonly path: string;
}

/** What of a container says which component it starts. */
type Started = Pick<ContainerView, "name" | "path" | "body">;

function containerComponents(container: Started): readonly ComponentView[] {
    const words = ["command", "args"].flatMap((field) => wordsOf(container, field));
    const field = list(container.body["command"]).length > 0 ? "command" : "args";
    const path = `${container.path}.${field}`;
    const own = containerComponent(container, words, path);
    return [...(own === undefined ? [] : [own]), ...handedOn(words, path, container.name)];
}

function containerComponent(container: Started, words: readonly Word[], path: string): ComponentView | undefined {
    const start = words.findIndex((_, index) => startedName(words, index) !== undefined && isStarted(words, index));
    const image = imageName(str(container.body["image"]));
    // Without a program of its own, the container starts that of its image.
    const isImages = words[0]?.word.startsWith("-") === true && list(container.body["command"]).length === 0;
    const name = start >= 0 ? startedName(words, start) : isImages ? image : undefined;
    if (name === undefined) {
        return undefined;
    }
    const read = component(
        name,
        words.slice(start + 1),
        path,
        container.name,
        name === "etcd" ? environment(container) : undefined,
    );
    return name === "etcd" && hasVariablesElsewhere(container) ? { ...read, configFile: true } : read;
}

/** Says whether a word of a command line is a program that it starts: the first of a command, or what a starter is given. */
function isStarted(words: readonly Word[], index: number): boolean {
    for (let at = index - 1; at >= 0; at--) {
        const word = words[at]?.word ?? "";
        if (ENDS_COMMAND.test(word)) {
            return true;
        }
        if (!leadsOn(word)) {
            return false;
        }
    }
    return true;
}

/** The last word of a command of a shell, or a word of the shell's own that a command follows. */
const ENDS_COMMAND = /(?:[;&|({]|^(?:then|do|else|exec|!))$/;

/** Says whether a word leaves it to the next to name the program: a shell, `exec`, a binary for all components, their flags. */
function leadsOn(word: string): boolean {
    return (
        /(?:^|\/)(?:sh|bash|ash|env|exec|nohup|tini|dumb-init|go-runner)$/.test(word) ||
        /^-[a-z]+$|^\w+=|^--$|^--[a-z-]+=/.test(word) ||
        MULTI_CALL.has(baseName(word))
    );
}

/** etcd takes each flag from a variable as well: ETCD_CERT_FILE is --cert-file. A flag goes before it. */
function environment({ body, path }: Started): ReadonlyMap<string, FlagValue> {
    return new Map(
        list(body["env"]).flatMap((entry, index): readonly [string, FlagValue][] => {
            const { name, value } = obj(entry);
            const [, flag] = /^ETCD_([A-Z_]+)$/.exec(str(name)) ?? [];
            return flag === undefined || value === undefined
                ? []
                : [
                      [
                          flag.toLowerCase().replaceAll("_", "-"),
                          { value: str(value), path: `${path}.env[${index}].value` },
                      ],
                  ];
        }),
    );
}

/** Says whether variables of a container come from what the manifest does not hold. */
function hasVariablesElsewhere({ body }: Started): boolean {
    return list(body["envFrom"]).length > 0 || list(body["env"]).some((entry) => obj(entry)["valueFrom"] !== undefined);
}

/** The words of a command line. A shell's script is one entry with many words, in which a line ends a command. */
function wordsOf(container: Started, field: string): readonly Word[] {
    return strings(container.body[field]).flatMap((entry, index) => {
        const path = `${container.path}.${field}[${index}]`;
        const isScript = /\s/.test(entry) && NAMES.some((name) => entry.includes(name));
        const parts = isScript
            ? entry
                  .replaceAll(/\\\r?\n/g, " ")
                  .replaceAll(/\n/g, " ; ")
                  .split(/\s+/)
            : [entry];
        return parts.filter((word) => word !== "" || !isScript).map((word) => ({ word, path }));
    });
}

/** The component that a word of a command line names: a program, or what a binary for all components is to be. */
function startedName(words: readonly Word[], index: number): ComponentName | undefined {
    const word = words[index]?.word ?? "";
    const isOfMany = MULTI_CALL.has(baseName(words[index - 1]?.word ?? ""));
    // What a flag or a variable is set to is no program.
    return /^-|=/.test(word) ? undefined : (programName(word) ?? (isOfMany ? ALIASES.get(word) : undefined));
}

function programName(word: string): ComponentName | undefined {
    const base = baseName(word);
    return NAMES.find((name) => name === base);
}

function imageName(image: string): ComponentName | undefined {
    return programName(baseName(image.replace(/@.*$/, "")).replace(/:.*$/, ""));
}

function baseName(word: string): string {
    return word.slice(word.lastIndexOf("/") + 1);
}

function component(
    name: ComponentName,
    words: readonly Word[],
    path: string,
    container?: string,
    variables: ReadonlyMap<string, FlagValue> = new Map(),
): ComponentView {
    const flags = new Map([...variables, ...flagsOf(words)]);
    return {
        name,
        path,
        ...(container !== undefined && { container }),
        flags,
        extent: ESSENTIAL[name].some((flag) => flags.has(flag)) ? "whole" : "excerpt",
        configFile: flags.has("config") || flags.has("config-file"),
    };
}

/** Flags as Go's flag packages read them: `--a=b`, `--a b`, `-a=b`, and `--a` alone for true. The last one counts. */
function flagsOf(words: readonly Word[]): ReadonlyMap<string, FlagValue> {
    const flags = new Map<string, FlagValue>();
    for (const [index, { word, path }] of words.entries()) {
        const [, name, value] = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(word) ?? [];
        if (name !== undefined) {
            const next = words[index + 1]?.word;
            const given = value ?? (next === undefined || next.startsWith("-") ? "true" : next);
            flags.set(name.replaceAll("_", "-"), { value: given.replace(/^(["'])(.*)\1$/, "$2"), path });
        }
    }
    return flags;
}

/** The object that holds a component's settings, by group and kind. */
const CONFIGURATIONS: ReadonlyMap<string, ComponentName> = new Map([
    ["kubelet.config.k8s.io/KubeletConfiguration", "kubelet"],
    ["kubescheduler.config.k8s.io/KubeSchedulerConfiguration", "kube-scheduler"],
    ["kubeproxy.config.k8s.io/KubeProxyConfiguration", "kube-proxy"],
]);

/** A component's configuration file. */
export interface ConfigurationView {
    readonly name: ComponentName;
    readonly body: Body;
    /** The path of one of its fields. */
    readonly at: (field: string) => string;
}

/** Where an object of another tool holds the fields of a kubelet's configuration: OpenShift, EKS, k0s. */
const KUBELET_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
    ["machineconfiguration.openshift.io/KubeletConfig", ["spec", "kubeletConfig"]],
    ["node.eks.aws/NodeConfig", ["spec", "kubelet", "config"]],
]);

/** The configuration files that an object is or holds: a ConfigMap by its entries, a report about a node as text. */
export const configurationsOf = rememberEach((object: KubeObject): readonly ConfigurationView[] => {
    const name = CONFIGURATIONS.get(`${object.group}/${object.kind}`);
    if (name !== undefined) {
        return [{ name, body: object.body, at: (field) => `${object.prefix}${field}` }];
    }
    if (object.group === "hostdata.kubescape.cloud" && object.kind === "KubeletInfo") {
        const content = str(obj(obj(object.body["data"])["configFile"])["content"]);
        const body = parseConfig(Buffer.from(content, "base64").toString("utf8"));
        return body === undefined
            ? []
            : [{ name: "kubelet", body, at: () => `${object.prefix}data.configFile.content` }];
    }
    const fields = KUBELET_FIELDS.get(`${object.group}/${object.kind}`);
    if (fields !== undefined) {
        const at = `${object.prefix}${fields.join(".")}.`;
        const body = fields.reduce<Body>((holder, field) => obj(holder[field]), object.body);
        return [{ name: "kubelet", body, at: (field) => `${at}${field}` }];
    }
    return carriedBy(object).documents.flatMap(({ path, body }) => {
        const carried = CONFIGURATIONS.get(`${groupOf(body)}/${str(body["kind"])}`);
        return carried === undefined ? [] : [{ name: carried, body, at: () => path }];
    });
});

function parseConfig(text: string): Body | undefined {
    try {
        const [body] = loadAll(text);
        return isObj(body) ? body : undefined;
    } catch {
        // The report was cut off or holds something else; there is no configuration to look at.
        return undefined;
    }
}
