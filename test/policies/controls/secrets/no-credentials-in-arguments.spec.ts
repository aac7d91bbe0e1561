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
        "a literal in the command": {
            container: { command: ["serve", "--api-key=abcdef"] },
            message: literal("command[1]", "api-key"),
        },
        "a URL with a password": {
            ...args("--broker", "amqp://shop:hunter2@mq/"),
            message:
                "spec.containers[0].args[1] holds a URL with a password. Pass the path of a mounted Secret and rotate it.",
        },
    },
    allowed: {
        "the path of a file": args("--password-file=/run/secrets/db"),
        "a variable": args("--password=$(DB_PASSWORD)"),
        "a flag without a value": args("--token", "--verbose"),
        "a flag at the end": args("--token"),
        "no arguments": {},
    },
});
