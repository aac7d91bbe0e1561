import type { KubeObject, Body } from "../../kubernetes/kube";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import { carriedBy, groupOf, SETUP_GROUPS } from "../../kubernetes/carried";
import { child } from "../../kubernetes/path";
import type { Node } from "../../kubernetes/walk";
import { join, rootOf, walk } from "../../kubernetes/walk";
import { show } from "../../text";
import type { ComponentName, ComponentView, FlagValue } from "./control-plane";

/** How tools that set up clusters name the components, in lower case and without what joins words. */
const COMPONENTS: ReadonlyMap<string, ComponentName> = new Map([
    ["apiserver", "kube-apiserver"],
    ["kubeapiserver", "kube-apiserver"],
    ["kubeapi", "kube-apiserver"],
    ["controllermanager", "kube-controller-manager"],
    ["kubecontrollermanager", "kube-controller-manager"],
    ["kubecontroller", "kube-controller-manager"],
    ["scheduler", "kube-scheduler"],
    ["kubescheduler", "kube-scheduler"],
    ["proxy", "kube-proxy"],
    ["kubeproxy", "kube-proxy"],
    ["etcd", "etcd"],
    ["kubelet", "kubelet"],
    // kOps has settings of their own for the kubelets of the control plane.
    ["masterkubelet", "kubelet"],
    ["controlplanekubelet", "kubelet"],
    // k0s
    ["api", "kube-apiserver"],
]);
const plain = (key: string) => key.toLowerCase().replace(/[-_]/g, "");

/** The component whose arguments a field such as `kube-apiserver-arg` or `kubeletExtraArgs` holds by its own name. */
function componentOfArguments(key: string): ComponentName | undefined {
    const [, name] = /^(.+?)(?:extra)?args?$/.exec(plain(key)) ?? [];
    return name === undefined ? undefined : COMPONENTS.get(name);
}

/**
 * The flags that tools setting up clusters add to what they start by themselves: kubeadm (`extraArgs`, a map up to v1beta3 and
 * a list since) and Cluster API, which holds its configuration; k3s and RKE2 (`kube-apiserver-arg`); Rancher; kOps; Talos. They
 * are read in the object itself, and in the files that it or a ConfigMap carries.
 */
export function setupComponents(object: KubeObject): readonly ComponentView[] {
    const isSetup = object.group === "kubeadm.k8s.io" || SETUP_GROUPS.includes(object.group);
    return [
        ...(isSetup ? componentsIn(rootOf(object), object.group === "kops.k8s.io", (path) => path) : []),
        ...carriedBy(object).documents.flatMap(({ path, body }) =>
            componentsIn({ value: body, path: "" }, groupOf(body) === "kops.k8s.io", () => path, isConfiguration(body)),
        ),
    ];
}

/** Says whether a document is a configuration of a tool that is known, where a field `apiServer` means what it says. */
function isConfiguration(body: Body): boolean {
    const group = groupOf(body);
    const isTalos = isObj(body["machine"]) || isObj(obj(body["cluster"])["apiServer"]);
    return group === "kubeadm.k8s.io" || SETUP_GROUPS.includes(group) || isTalos;
}

function componentsIn(
    root: Node,
    isKops: boolean,
    at: (path: string) => string,
    isKnown = true,
): readonly ComponentView[] {
    const views: ComponentView[] = [];
    const add = (name: ComponentName, args: unknown, path: string) => {
        const flags = flagsOf(args, path, at);
        if (flags.size > 0) {
            views.push({ name, path: at(path), flags, extent: "overlay", configFile: false });
        }
    };
    walk(root, ({ value, path, within }) => {
        const key = within?.key ?? "";
        if (typeof value === "string" && isKnown) {
            views.push(...handedOn([{ word: value, path: at(path) }], at(path)));
        }
        if (key === "flags" && within?.holder.within?.key === "kubelet") {
            add("kubelet", value, path);
        }
        const named = componentOfArguments(key);
        if (named !== undefined && typeof value === "object") {
            add(named, value, path);
            return false;
        }
        const local = within?.holder.within?.key === "etcd" && key === "local" ? "etcd" : undefined;
        const component = isKnown ? (local ?? COMPONENTS.get(plain(key))) : undefined;
        if (component !== undefined && isObj(value)) {
            for (const [field, args] of Object.entries(value)) {
                if (/^extraargs$/.test(plain(field))) {
                    add(component, args, join(path, field));
                }
            }
            if (isKops) {
                add(component, kopsFlags(value), path);
            }
        }
        if (isKops && key === "authorization" && isObj(obj(value)["alwaysAllow"])) {
            add("kube-apiserver", { "authorization-mode": "AlwaysAllow" }, path);
        }
        return true;
    });
    return views;
}

/** Flags that kOps' fields name otherwise. */
const KOPS_FLAGS: ReadonlyMap<string, string> = new Map([
    ["auditLogMaxAge", "audit-log-maxage"],
    ["auditLogMaxBackups", "audit-log-maxbackup"],
    ["auditLogMaxSize", "audit-log-maxsize"],
    ["podPidsLimit", "pod-max-pids"],
]);

/** kOps has a field for each flag, written in camel case; lists and maps stand for what commas join. */
function kopsFlags(fields: Body): Readonly<Record<string, string>> {
    return Object.fromEntries(
        Object.entries(fields).flatMap(([field, value]) => {
            const text = Array.isArray(value)
                ? value.map(show).join(",")
                : isObj(value)
                  ? Object.entries(value)
                        .map(([key, one]) => `${key}=${show(one)}`)
                        .join(",")
                  : show(value);
            const flag =
                KOPS_FLAGS.get(field) ??
                field.replace(/[A-Z]+(?![a-z])|[A-Z]/g, (letters) => `-${letters.toLowerCase()}`);
            return [[flag, text]];
        }),
    );
}

/** Arguments as a map, as a list of names and values, or as a list of texts such as `anonymous-auth=false`. */
function flagsOf(args: unknown, path: string, at: (path: string) => string): ReadonlyMap<string, FlagValue> {
    const entries = Array.isArray(args)
        ? list(args).map((entry, index): [string, FlagValue] => {
              const here = `${path}[${index}]`;
              if (typeof entry === "string") {
                  const [, name = "", value = "true"] = /^(?:--)?([^=]*)(?:=(.*))?$/s.exec(entry) ?? [];
                  return [name, { value, path: at(here) }];
              }
              return [str(obj(entry)["name"]), { value: show(obj(entry)["value"]), path: at(`${here}.value`) }];
          })
        : Object.entries(obj(args)).map(([flag, value]): [string, FlagValue] => [
              flag,
              { value: show(Array.isArray(value) ? value.at(-1) : value), path: at(child(path, flag)) },
          ]);
    return new Map(entries);
}

/** A word of a command line. */
interface Word {
    readonly word: string;
    readonly path: string;
}

/** The flags that `k3s server --kube-apiserver-arg=…` and its like hand on, one component for each. */
export function handedOn(words: readonly Word[], path: string, container?: string): readonly ComponentView[] {
    const views = new Map<ComponentName, Map<string, FlagValue>>();
    for (const [index, { word, path: at }] of words.entries()) {
        const [, key = "", inline] = /^--?([a-z-]+-arg)(?:=(.*))?$/s.exec(word) ?? [];
        const name = componentOfArguments(key);
        const [, flag, value = "true"] =
            /^(?:--)?([^=]+)(?:=(.*))?$/s.exec(inline ?? words[index + 1]?.word ?? "") ?? [];
        if (name !== undefined && flag !== undefined) {
            const flags = views.get(name) ?? new Map<string, FlagValue>();
            views.set(name, flags.set(flag, { value, path: at }));
        }
    }
    return [...views].map(([name, flags]) => ({
        name,
        path,
        flags,
        ...(container !== undefined && { container }),
        extent: "overlay",
        configFile: false,
    }));
}
