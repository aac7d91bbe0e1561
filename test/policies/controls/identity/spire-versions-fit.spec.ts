import { spireVersionsFit } from "../../../../policies/controls/identity/spire-versions-fit";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { pod } from "../../../support/objects";

const DIGEST = `sha256:${"0f".repeat(32)}`;

const runs = (part: "server" | "agent", tag: string): Manifest =>
    pod(
        {},
        { containers: [{ name: `spire-${part}`, image: `ghcr.io/spiffe/spire-${part}:${tag}` }] },
        { name: part, namespace: "spire" },
    );

describeControl(spireVersionsFit, {
    refused: {
        "an agent newer than its server": {
            stack: [runs("server", "1.15.2"), runs("agent", "1.15.3")],
            message:
                "spec.containers[0].image is release 1.15.3, newer than the server's 1.15.2. Upgrade servers first.",
        },
        "an agent two minor releases behind": {
            stack: [runs("server", "1.16.0"), runs("agent", "1.14.6")],
            message:
                "spec.containers[0].image is release 1.14.6, more than one minor behind the server's 1.16.0. Upgrade one minor at a time.",
        },
        "releases with known holes": {
            stack: [runs("server", "1.15.1"), runs("agent", "1.13.0")],
            message: [
                "spec.containers[0].image is release 1.13.0, which has known holes. Use 1.14.6 or newer.",
                "spec.containers[0].image is release 1.15.1, which has known holes. Use 1.15.2 or newer.",
                "spec.containers[0].image is release 1.13.0, more than one minor behind the server's 1.15.1. Upgrade one minor at a time.",
            ],
        },
        "tags that say nothing": {
            stack: [runs("server", "latest"), pod({}, { containers: [{ name: "a", image: "spire-agent" }] })],
            message: [
                "spec.containers[0].image has no tag. Use one such as 1.15.2.",
                'spec.containers[0].image has the tag "latest", which is no release. Use one such as 1.15.2.',
            ],
        },
    },
    allowed: {
        "one release for both, by digest too": { stack: [runs("server", "1.15.2"), runs("agent", `1.15.2@${DIGEST}`)] },
        "an agent one minor release behind": { stack: [runs("server", "1.15.2"), runs("agent", "v1.14.6")] },
        "agents whose server is elsewhere": { stack: [runs("agent", "1.15.3")] },
        "images that only sound alike": {
            stack: [pod({}, { containers: [{ name: "a", image: "my-spire-agent:0.1" }] })],
        },
    },
    unknown: { document: 0, path: "spec.containers" },
});
