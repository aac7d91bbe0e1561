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

/** Older releases have one binary for all components, which takes the component as its first word. */
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
    return [...started, ...setupComponents(object)];
});

interface Word {
    readonly word: string;
    readonly path: string;
}

function containerComponents(container: ContainerView): readonly ComponentView[] {
    const words = ["command", "args"].flatMap((field) => wordsOf(container, field));
    const field = list(container.body["command"]).length > 0 ? "command" : "args";
    const path = `${container.path}.${field}`;
    const own = containerComponent(container, words, path);
    return [...(own === undefined ? [] : [own]), ...handedOn(words, path, container.name)];
}

function containerComponent(container: ContainerView, words: readonly Word[], path: string): ComponentView | undefined {
    const start = words.findIndex(({ word }) => binaryName(word) !== undefined);
    const image = imageName(str(container.body["image"]));
    const name = start >= 0 ? binaryName(words[start]?.word ?? "") : words.length > 0 ? image : undefined;
    if (name === undefined || (start > 0 && !leadsTo(words.slice(0, start)))) {
        return undefined;
    }
    return component(name, words.slice(start + 1), path, container.name);
}

/** Says whether words in front of a component's name start it: a shell, `exec`, or a binary for all components. */
function leadsTo(words: readonly Word[]): boolean {
    return words.every(
        ({ word }) =>
            /(?:^|\/)(?:sh|bash|ash|env|exec|nohup|tini|dumb-init)$/.test(word) ||
            /^-[a-z]+$|^\w+=|^--$/.test(word) ||
            MULTI_CALL.has(baseName(word)),
    );
}

/** The words of a command line. A shell's script is one entry with many words. */
function wordsOf(container: ContainerView, field: string): readonly Word[] {
    return strings(container.body[field]).flatMap((entry, index) => {
        const path = `${container.path}.${field}[${index}]`;
        const isScript = /\s/.test(entry) && NAMES.some((name) => entry.includes(name));
        const parts = isScript ? entry.split(/[\s\\]+/) : [entry];
        return parts.filter((word) => word !== "" || !isScript).map((word) => ({ word, path }));
    });
}

function binaryName(word: string): ComponentName | undefined {
    const base = baseName(word);
    return NAMES.find((name) => name === base) ?? ALIASES.get(base);
}

function imageName(image: string): ComponentName | undefined {
    return binaryName(baseName(image.replace(/@.*$/, "")).replace(/:.*$/, ""));
}

function baseName(word: string): string {
    return word.slice(word.lastIndexOf("/") + 1);
}

function component(name: ComponentName, words: readonly Word[], path: string, container?: string): ComponentView {
    const flags = flagsOf(words);
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
