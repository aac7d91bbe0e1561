import assert from "node:assert/strict";

import fc from "fast-check";

import { grantAdmission } from "../../../../policies/controls/rbac/rules";
import { granted, grantsEverything, grantText } from "../../../../policies/kubernetes/rbac/grant";
import { rulesOf } from "../../../../policies/kubernetes/rbac/rule";
import { stackOf } from "../../../support/controls";
import type { Rule } from "../../../support/rbac";
import { clusterRole } from "../../../support/rbac";

const EXEC = { groups: [""], resources: ["pods/exec"], verbs: ["create"] };

function viewOf(rule: Rule) {
    const [role] = stackOf(clusterRole([rule])).objects;
    const [view] = role === undefined ? [] : rulesOf(role);
    assert.ok(view !== undefined);
    return view;
}

const gives = (rule: Rule, grant: Parameters<typeof granted>[1] = EXEC): boolean =>
    granted(viewOf(rule), grant) !== undefined;

describe("grants", () => {
    it("need group, resource and verb", () => {
        const rule = { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] };
        assert.equal(gives(rule), true);
        assert.equal(gives({ ...rule, apiGroups: ["apps"] }), false);
        assert.equal(gives({ ...rule, resources: ["pods"] }), false);
        assert.equal(gives({ ...rule, verbs: ["list"] }), false);
    });

    it("are given by every wildcard that the authorizer knows, and by what was meant as one", () => {
        const rule = { apiGroups: [""], verbs: ["create"] };
        for (const resource of ["*", "*/exec", "pods/*"]) {
            assert.equal(gives({ ...rule, resources: [resource] }), true, resource);
        }
        for (const resource of ["*/log", "services/*", "pods/exec/", "exec"]) {
            assert.equal(gives({ ...rule, resources: [resource] }), false, resource);
        }
        assert.equal(gives({ apiGroups: ["*"], resources: ["pods/exec"], verbs: ["*"] }), true);
        assert.equal(gives({ resources: ["pods/exec"], verbs: ["create"] }), true);
    });

    it("are narrowed by names only where the control says so", () => {
        const rule = { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"], resourceNames: ["web"] };
        assert.equal(gives(rule), true);
        assert.equal(gives(rule, { ...EXEC, namesNarrow: true }), false);
    });

    it("are given by certain names only where the control lists them", () => {
        const rule = { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] };
        const grant = { ...EXEC, names: ["dns"] };
        assert.equal(gives(rule, grant), false);
        assert.equal(gives({ ...rule, resourceNames: ["web"] }, grant), false);
        assert.equal(gives({ ...rule, resourceNames: ["web", "dns"] }, grant), true);
    });

    it("are told by the rule's own words", () => {
        const found = granted(viewOf({ apiGroups: [""], resources: ["pods", "*"], verbs: ["get", "*"] }), EXEC);
        assert.equal(found && grantText(found), "* on *");
    });

    it("never come from a rule without resources", () => {
        const words = fc.array(fc.constantFrom("*", "create", "get", ""));
        fc.assert(
            fc.property(words, words, (verbs, apiGroups) => {
                assert.equal(gives({ apiGroups, verbs, nonResourceURLs: ["*"] }), false);
            }),
        );
    });

    it("of everything need every resource and every verb of the core group", () => {
        const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
        assert.equal(grantsEverything(viewOf(all)), true);
        assert.equal(grantsEverything(viewOf({ ...all, apiGroups: [""] })), true);
        assert.equal(grantsEverything(viewOf({ ...all, apiGroups: ["apps"] })), false);
        assert.equal(grantsEverything(viewOf({ ...all, verbs: ["get"] })), false);
    });

    it("read the same at admission", () => {
        assert.equal(
            grantAdmission([{ groups: [""], resources: ["secrets"], verbs: ["get"], namesNarrow: true }]).expression,
            "!has(object.rules) || dyn(object.rules) == null || !object.rules.exists(r, " +
                "!((!has(r.apiGroups) || size(r.apiGroups) == 0 || '*' in r.apiGroups) && has(r.resources) && '*' in r.resources && '*' in r.verbs) && " +
                "(((!has(r.apiGroups) || size(r.apiGroups) == 0 || r.apiGroups.exists(g, g in ['*', ''])) && has(r.resources) && r.resources.exists(x, x in ['*', 'secrets']) && r.verbs.exists(v, v in ['*', 'get']) && (!has(r.resourceNames) || size(r.resourceNames) == 0))))",
        );
    });
});
