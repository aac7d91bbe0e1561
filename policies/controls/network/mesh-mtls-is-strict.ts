import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { child, setField } from "../../kubernetes/path";

/** UNSET takes the mode of the level above, which for the whole mesh is another object. */
const STRICT = new Set(["", "STRICT", "UNSET"]);

export const meshMtlsIsStrict = objectControl({
    name: "mesh-mtls-is-strict",
    description: "No mesh policy lets workloads talk without mutual TLS.",
    why: "In permissive mode a caller without any identity is served like one of the mesh.",
    severity: "high",
    covers: ["net.mtls-strict"],
    frameworks: [
        ...nsa("Network separation and hardening"),
        ...mitre("T1557", "T1040"),
        ...nist("SC-8", "SC-8(1)", "IA-3"),
        ...soc2("CC6.7"),
        ...gdpr("32"),
        ...checklist("NET-4", "SEC-6", "P0-1.3"),
    ],
    remediation: "Set the mode to STRICT, for the workload and for each of its ports.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["security.istio.io/PeerAuthentication", "networking.istio.io/DestinationRule"],
    *check(object) {
        yield* object.kind === "PeerAuthentication" ? peerFaults(object) : destinationFaults(object);
    },
    admission: {
        expression:
            "object.kind == 'PeerAuthentication' ? object.spec.?mtls.?mode.orValue('STRICT') in ['STRICT', 'UNSET'] && object.spec.?portLevelMtls.orValue({}).all(p, object.spec.portLevelMtls[p].?mode.orValue('STRICT') in ['STRICT', 'UNSET']) : object.spec.?trafficPolicy.?tls.?mode.orValue('ISTIO_MUTUAL') != 'DISABLE'",
    },
});

function* peerFaults(object: KubeObject): Iterable<Fault> {
    const spec = obj(object.body["spec"]);
    const modes: readonly (readonly [string, unknown])[] = [
        [`${object.prefix}spec.mtls.mode`, obj(spec["mtls"])["mode"]],
        ...Object.entries(obj(spec["portLevelMtls"])).map(
            ([port, mtls]) => [`${child(`${object.prefix}spec.portLevelMtls`, port)}.mode`, obj(mtls)["mode"]] as const,
        ),
    ];
    for (const [path, mode] of modes) {
        if (!STRICT.has(str(mode))) {
            yield {
                path,
                message: `${path} is "${str(mode)}". Set it to "STRICT".`,
                fix: setField(object, path, "STRICT"),
            };
        }
    }
}

function* destinationFaults(object: KubeObject): Iterable<Fault> {
    const path = `${object.prefix}spec.trafficPolicy.tls.mode`;
    const tls = obj(obj(obj(object.body["spec"])["trafficPolicy"])["tls"]);
    if (tls["mode"] === "DISABLE") {
        yield {
            path,
            message: `${path} is "DISABLE". Set it to "ISTIO_MUTUAL".`,
            fix: setField(object, path, "ISTIO_MUTUAL"),
        };
    }
}
