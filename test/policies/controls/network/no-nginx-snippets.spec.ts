import { noNginxSnippets } from "../../../../policies/controls/network/no-nginx-snippets";
import { describeControl } from "../../../support/control-suite";
import { configMap, ingress, ingressRule } from "../../../support/objects";

const annotated = (name: string, value: string) => ingress({}, { annotations: { [name]: value } });
const at = (name: string): string => `metadata.annotations["${name}"]`;
const SERVER = "nginx.ingress.kubernetes.io/server-snippet";
const REWRITE = "nginx.ingress.kubernetes.io/rewrite-target";

describeControl(noNginxSnippets, {
    refused: {
        "a snippet": {
            object: annotated(SERVER, "access_log off;"),
            message: `${at(SERVER)} writes configuration into the controller. Remove it.`,
        },
        ...Object.fromEntries(
            [
                "haproxy.org/backend-config-snippet",
                "haproxy-ingress.github.io/config-backend",
                "ingress.kubernetes.io/config-tcp-service-late",
            ].map((name) => [
                `a snippet of another controller: ${name}`,
                {
                    object: annotated(name, "x"),
                    message: `${at(name)} writes configuration into the controller. Remove it.`,
                },
            ]),
        ),
        "a directive smuggled into another annotation": {
            object: annotated(REWRITE, "/; alias /etc/"),
            message: `${at(REWRITE)} holds a directive of the controller's configuration. Remove it.`,
        },
        "a path of the controller's file system": {
            object: ingress({ rules: [ingressRule("shop.example.org", "/etc/nginx")] }),
            message: `spec.rules[0].http.paths[0].path is "/etc/nginx", a path of the controller's own file system. Choose another.`,
        },
        "a controller that takes snippets": {
            object: configMap({ "allow-snippet-annotations": "true" }),
            message: `data.allow-snippet-annotations is "true", so every Ingress may write configuration. Set it to "false".`,
        },
    },
    allowed: {
        "an Ingress without annotations": { object: ingress() },
        "another controller's harmless annotation": { object: annotated("haproxy.org/timeout-client", "5s") },
        "a harmless annotation": { object: annotated(REWRITE, "/$2") },
        "a snippet for nobody": { object: annotated("example.org/server-snippet", "alias /etc;") },
        "a controller that takes no snippets": { object: configMap({ "allow-snippet-annotations": "false" }) },
        "another ConfigMap": { object: configMap({ mode: "true" }) },
    },
});
