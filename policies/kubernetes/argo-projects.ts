import type { KubeObject } from "./kube";
import { list, obj, str, strings } from "./kube";
import type { Stack } from "./stack";
import { namespaceOf } from "./stack";
import { ifKnown } from "./unknown";

/** What a project of Argo CD lets its Applications apply; whatever can't be told for certain is let through. */
export interface ProjectLimits {
    /** Objects outside of namespaces that may give rights. */
    readonly clusterWide: boolean;
    /** Namespaces themselves, with their labels. */
    readonly namespaceObjects: boolean;
    /** The namespaces in which objects are applied. */
    readonly namespaces: readonly string[];
}

/**
 * The project that an Application is held to: that of its name in the same namespace, or one that takes Applications of this
 * namespace. Undefined where it is not in the stack, or several could be meant.
 */
export function projectOf(stack: Stack, application: KubeObject): KubeObject | undefined {
    const name = ifKnown(() => str(obj(application.body["spec"])["project"]));
    const place = namespaceOf(application);
    const found = stack
        .ofKind("AppProject")
        .filter((project) => project.group === "argoproj.io" && project.name === name)
        .filter((project) => namespaceOf(project) === place || takesFromNamespace(project, place));
    return found.length === 1 ? found[0] : undefined;
}

function takesFromNamespace(project: KubeObject, namespace: string): boolean {
    return ifKnown(() => strings(obj(project.body["spec"])["sourceNamespaces"]).includes(namespace)) ?? false;
}

/** Says whether Argo CD may take a repository for a project. It doesn't where every pattern is an address, and none is this one. */
export function takesFrom(project: KubeObject, repository: string): boolean {
    return (
        ifKnown(() =>
            strings(obj(project.body["spec"])["sourceRepos"]).some(
                (pattern) => /[*?[\]{}!]/.test(pattern) || addressOf(pattern) === addressOf(repository),
            ),
        ) ?? true
    );
}

/** An address as git servers take it: in small letters, without `.git`, scheme and user. */
function addressOf(repository: string): string {
    return repository
        .trim()
        .toLowerCase()
        .replace(/^[a-z+]+:\/\//, "")
        .replace(/^[^/@]+@/, "")
        .replace(/:(?!\d+\/)/, "/")
        .replace(/(?:\.git)?\/*$/, "");
}

/**
 * What a project allows (Argo CD, "Projects"): kinds outside of namespaces are those of a list that is empty by default, and
 * namespaces those of its destinations. What it denies takes away from that and is not looked at, nor is the server of a
 * destination, which may be this very cluster under any address.
 *
 * @param namespaces those that there are
 */
export function limitsOf(project: KubeObject, namespaces: Iterable<string>): ProjectLimits {
    const all = [...namespaces];
    const known = ifKnown((): ProjectLimits => {
        const spec = obj(project.body["spec"]);
        const kinds = list(spec["clusterResourceWhitelist"]).map(obj);
        const isNamespace = ({ group, kind }: Readonly<Record<string, unknown>>): boolean =>
            str(group) === "" && kind === "Namespace";
        const patterns = list(spec["destinations"]).map((destination) => str(obj(destination)["namespace"]));
        const matches = patterns.filter((pattern) => !pattern.startsWith("!")).map(matcherOf);
        return {
            clusterWide: kinds.some((kind) => !isNamespace(kind)),
            namespaceObjects: kinds.some(isNamespace),
            namespaces: all.filter((name) => matches.some((isMatch) => isMatch(name))),
        };
    });
    return known ?? { clusterWide: true, namespaceObjects: true, namespaces: all };
}

/** A glob with stars and question marks; any other pattern is taken for one that matches everything. */
function matcherOf(pattern: string): (name: string) => boolean {
    if (/[^a-z0-9*?.-]/.test(pattern)) {
        return () => true;
    }
    const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
    // eslint-disable-next-line security/detect-non-literal-regexp -- of letters, digits, dots and stars alone
    const expression = new RegExp(`^${source}$`);
    return (name) => expression.test(name);
}
