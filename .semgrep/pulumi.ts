declare const k8s: any, pulumi: any, output: any, secret: any;

// ruleid: config-read-outside-config
const config = new pulumi.Config();

// ruleid: environment-read-in-component
const region = process.env.REGION;

output.apply((name: string) => {
    // ruleid: resource-inside-apply
    new k8s.core.v1.ConfigMap("map", { metadata: { name } });
});

// ok: resource-inside-apply
new k8s.core.v1.ConfigMap("map", { metadata: { name: output.apply((name: string) => `${name}-map`) } });

// ruleid: secret-with-literal-content
new k8s.core.v1.Secret("a", { metadata: { name: "a" }, stringData: { password: "hunter2" } });
// ruleid: secret-with-literal-content
new k8s.core.v1.Secret("b", { data: { user: output, password: "aHVudGVyMg==" } });
// ok: secret-with-literal-content
new k8s.core.v1.Secret("c", { stringData: { password: secret.result } });
// ok: secret-with-literal-content
new k8s.core.v1.ConfigMap("d", { data: { colour: "blue" } });

// ruleid: gate-on-id
const ready = secret.id.apply(() => "ready");
// ok: gate-on-id
const named = secret.metadata.name.apply(() => "ready");
