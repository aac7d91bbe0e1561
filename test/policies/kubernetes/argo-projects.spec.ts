import { strict as assert } from "node:assert";

import { limitsOf, projectOf, takesFrom } from "../../../policies/kubernetes/argo-projects";
import { Stack } from "../../../policies/kubernetes/stack";
import { withUnknown } from "../../support/cases";
import { resourceOf, stackOf } from "../../support/controls";
import type { Manifest } from "../../support/controls";
import { object } from "../paths/manifests";

const NAMESPACES = ["argocd", "kube-system", "shop", "shop-test"];
const project = (spec: Readonly<Record<string, unknown>>): Manifest =>
    object("argoproj.io/v1alpha1", "AppProject", "shop", { spec }, "argocd");

function only(stack: Stack) {
    const [found] = stack.ofKind("AppProject");
    assert.ok(found);
    return found;
}

describe("the project of an Application", () => {
    const application = object("argoproj.io/v1alpha1", "Application", "shop", { spec: { project: "shop" } }, "teams");
    const projectIn = (namespace: string, sourceNamespaces: readonly string[] = ["teams"]): Manifest =>
        object("argoproj.io/v1alpha1", "AppProject", "shop", { spec: { sourceNamespaces } }, namespace);
    const found = (...projects: readonly Manifest[]) => {
        const stack = stackOf(application, ...projects);
        const [one] = stack.ofKind("Application");
        assert.ok(one);
        return projectOf(stack, one)?.namespace;
    };

    it("is the one that takes Applications of its namespace, or is there itself", () => {
        assert.equal(found(projectIn("argocd")), "argocd");
        assert.equal(found(projectIn("teams", [])), "teams");
    });

    it("is none that is elsewhere, and none where several could be meant", () => {
        assert.equal(found(), undefined);
        assert.equal(found(projectIn("argocd", [])), undefined);
        assert.equal(found(projectIn("argocd"), projectIn("argo")), undefined);
    });
});

describe("limits of Argo CD's projects", () => {
    const reached = (...patterns: readonly string[]) =>
        limitsOf(only(stackOf(project({ destinations: patterns.map((namespace) => ({ namespace })) }))), NAMESPACES);

    it("are the namespaces that a destination names, by globs as well", () => {
        assert.deepEqual(reached("shop").namespaces, ["shop"]);
        assert.deepEqual(reached("shop*").namespaces, ["shop", "shop-test"]);
        assert.deepEqual(reached("sho?").namespaces, ["shop"]);
        assert.deepEqual(reached("*").namespaces, NAMESPACES);
        assert.deepEqual(reached().namespaces, []);
    });

    it("are none by what is denied alone, and all by a pattern that is not read here", () => {
        assert.deepEqual(reached("!shop").namespaces, []);
        assert.deepEqual(reached("shop", "!shop").namespaces, ["shop"]);
        assert.deepEqual(reached("{shop,bank}").namespaces, NAMESPACES);
        assert.deepEqual(reached("/^shop/").namespaces, NAMESPACES);
    });

    it("are none where they are unknown before deployment", () => {
        const unknown = only(new Stack([resourceOf(withUnknown(project({ destinations: [] }), "spec"))]));
        assert.deepEqual(limitsOf(unknown, NAMESPACES), {
            clusterWide: true,
            namespaceObjects: true,
            namespaces: NAMESPACES,
        });
        assert.equal(takesFrom(unknown, "https://git.example/app"), true);
    });

    it("take one repository under each of its addresses, and a pattern for any", () => {
        const takes = (pattern: string, url: string) =>
            takesFrom(only(stackOf(project({ sourceRepos: [pattern] }))), url);
        for (const url of [
            "https://git.example/app",
            "https://git.example/App.git",
            "ssh://git@git.example/app.git",
            "git@git.example:app.git",
            "https://user@git.example/app/",
        ]) {
            assert.equal(takes("https://git.example/app", url), true, url);
            assert.equal(takes("https://git.example/*", url), true, url);
        }
        assert.equal(takes("https://git.example/app", "https://git.example/application"), false);
        assert.equal(takes("https://git.example/app", "https://other.example/app"), false);
    });
});
