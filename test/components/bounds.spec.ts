import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import { deployerBound } from "../../components/access";
import { certControllerBounds, controllerBounds } from "../../components/external-secrets/bounds";
import { boundSpecs } from "../../components/responder/bounds";
import type { Manifest } from "../support/controls";
import { admission, type Admission } from "../support/cel";
import {
    CERT_CONTROLLER_TRIES,
    CONVERTED,
    DEPLOYED,
    DEPLOYER_TRIES,
    SECRET_TRIES,
    type Try,
    WEBHOOKS,
} from "../support/bound-tries";

/** What a policy says of each try: `matched` by whom, and the messages. */
function judge(decide: Admission, tries: readonly Try[], username: string, groups: readonly string[] = []) {
    return tries.map(({ title, object, oldObject }) => {
        const operation = oldObject === undefined ? ("CREATE" as const) : ("UPDATE" as const);
        const { matched, refused } = decide(object, oldObject, { operation, username, groups });
        assert.ok(matched, `${title}: the policy does not look at it`);
        return [title, ...refused];
    });
}

const wanted = (tries: readonly Try[]) => tries.map(({ title, refused }) => [title, ...refused]);

describe("bounds of deployers", () => {
    const spec = deployerBound(["pipeline", 'it\'s "quoted"'], "shop");
    const decide = admission(spec);

    it("let versions, resources, scale and restarts through, and nothing else", () => {
        assert.deepEqual(judge(decide, DEPLOYER_TRIES, "jane", ["pipeline"]), wanted(DEPLOYER_TRIES));
    });

    it("hold for their groups only, however those are spelled, and not for administrators", () => {
        const by = (...groups: string[]) =>
            decide(DEPLOYED, DEPLOYED, { operation: "UPDATE", username: "jane", groups }).matched;
        assert.equal(by('it\'s "quoted"'), true);
        assert.equal(by("developers"), false);
        assert.equal(by(), false);
        assert.equal(by("pipeline", "system:masters"), false);
    });

    it("look at updates of Deployments in their namespace", () => {
        assert.deepEqual(spec.matchConstraints, {
            matchPolicy: "Equivalent",
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
            resourceRules: [
                {
                    apiGroups: ["apps"],
                    apiVersions: ["v1"],
                    resources: ["deployments"],
                    operations: ["UPDATE"],
                    scope: "*",
                },
            ],
        });
        assert.equal(spec.failurePolicy, "Fail");
    });
});

describe("bounds of the responder's restarts", () => {
    const spec = boundSpecs("responder", [])["responder-deployments"] ?? assert.fail();
    const message = "the responder restarts workloads, and changes nothing else of them";
    const decide = admission(spec);

    it("let restarts through, and nothing else of what deployers may or try", () => {
        const tries = DEPLOYER_TRIES.filter(({ object }) => {
            return !isDeepStrictEqual((object as typeof DEPLOYED).spec, DEPLOYED.spec);
        }).map((one) => ({ ...one, refused: one.title === "a restart" ? [] : [message] }));
        assert.ok(tries.length > 25);
        assert.deepEqual(judge(decide, tries, "system:serviceaccount:responder:responder"), wanted(tries));
    });
});

describe("bounds of External Secrets", () => {
    const USER = "system:serviceaccount:vaulting:external-secrets-cert-controller";

    it("let the certificate controller fill in authorities, and turn no webhook and no conversion elsewhere", () => {
        const specs = certControllerBounds("vaulting", "acme");
        assert.deepEqual(Object.keys(specs), ["acme-external-secrets-webhooks", "acme-external-secrets-definitions"]);
        for (const { policy, tries } of CERT_CONTROLLER_TRIES("vaulting")) {
            const spec = specs[`acme-${policy}`] ?? assert.fail(policy);
            assert.deepEqual(judge(admission(spec), tries, USER), wanted(tries));
        }
    });

    it("look at the certificate controller's account only", () => {
        const [webhooks, definitions] = Object.values(certControllerBounds("vaulting", "acme"));
        const other = { operation: "UPDATE" as const, username: USER.replace("vaulting", "falco") };
        for (const [spec, object] of [
            [webhooks, WEBHOOKS],
            [definitions, CONVERTED("vaulting")],
        ] as readonly (readonly [NonNullable<typeof webhooks>, Manifest])[]) {
            assert.equal(admission(spec)(object, object, other).matched, false);
        }
    });

    it("let a controller write Secrets that hold data, and none that the cluster fills with a token", () => {
        const specs = controllerBounds("vaulting", ["shop", "falco"], "acme");
        const decide = admission(specs["acme-external-secrets-secrets"] ?? assert.fail());
        for (const scope of ["shop", "falco"]) {
            const user = `system:serviceaccount:vaulting:external-secrets-${scope}`;
            assert.deepEqual(judge(decide, SECRET_TRIES, user), wanted(SECRET_TRIES));
        }
        const [first] = SECRET_TRIES;
        const other = { operation: "CREATE" as const, username: "system:serviceaccount:shop:app" };
        assert.equal(decide(first?.object ?? {}, undefined, other).matched, false);
    });
});
