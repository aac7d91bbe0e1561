import { noCredentialsInArguments } from "../../../../policies/controls/secrets/no-credentials-in-arguments";
import { describeControl } from "../../../support/control-suite";

const args = (...words: readonly unknown[]) => ({ container: { args: words } });
const literal = (at: string, flag: string): string =>
    `spec.containers[0].${at} sets "${flag}", the name of a credential, to a literal. Pass the path of a mounted Secret and rotate it.`;

describeControl(noCredentialsInArguments, {
    refused: {
        "a literal password in an argument": {
            ...args("--db-password=hunter2"),
            message: literal("args[0]", "db-password"),
        },
        "a literal password in the argument behind its flag": {
            ...args("serve", "--password", "hunter2"),
            message: literal("args[1]", "password"),
        },
        "a password by a flag that is not called so, in one word or in several": {
            container: { command: ["mysql", "-uroot", "-phunter2"], args: ["sh", "-c", "redis-cli -a hunter2 ping"] },
            message: [
                "spec.containers[0].command gives a password by a flag. Pass the path of a mounted Secret and rotate it.",
                "spec.containers[0].args[2] gives a password by a flag. Pass the path of a mounted Secret and rotate it.",
            ],
        },
        "a literal in the command": {
            container: { command: ["serve", "--api-key=abcdef"] },
            message: literal("command[1]", "api-key"),
        },
        "a URL with a password": {
            ...args("--broker", "amqp://shop:hunter2@mq/"),
            message:
                "spec.containers[0].args[1] holds a URL with a password. Pass the path of a mounted Secret and rotate it.",
        },
        "a literal within a script": {
            container: { command: ["sh", "-c", "PGPASSWORD=hunter2 pg_dump -h db"] },
            message: literal("command[2]", "PGPASSWORD"),
        },
        "a user and a password behind a flag": {
            ...args("curl", "-u", "shop:hunter2", "https://example.org"),
            message:
                "spec.containers[0].args[1] is followed by a user and a password. Pass the path of a mounted Secret and rotate it.",
        },
        "a literal in the command of a probe": {
            container: { livenessProbe: { exec: { command: ["redis-cli", "--pass", "hunter2", "ping"] } } },
            message: literal("livenessProbe.exec.command[1]", "pass"),
        },
    },
    allowed: {
        "a password by a flag, from a variable": { container: { command: ["mysql", "-p$(PASSWORD)"] } },
        "helpers and selectors of credentials": args(
            "--registryCredentialHelpers=default,google",
            "--secret-field-selector=type!=helm.sh/release.v1",
        ),
        "the path of a file": args("--password-file=/run/secrets/db"),
        "a variable": args("--password=$(DB_PASSWORD)"),
        "a flag without a value": args("--token", "--verbose"),
        "a flag at the end": args("--token"),
        "no arguments": {},
    },
});
