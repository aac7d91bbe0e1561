import { readFile } from "node:fs/promises";

import type { ResponsePolicy } from "./plan/policy.js";
import { parseResponsePolicy } from "./plan/policy.js";

/** The policy file, read anew when it changes. One that can't be used changes nothing: the one before stays in force. */
export class PolicyFile {
    private constructor(
        private readonly file: string,
        private text: string,
        private policy: ResponsePolicy,
    ) {}

    /** @throws {PolicyError} when the first one can't be used */
    static async open(file: string): Promise<PolicyFile> {
        const text = await readFile(file, "utf8");
        return new PolicyFile(file, text, parseResponsePolicy(text, file));
    }

    get current(): ResponsePolicy {
        return this.policy;
    }

    /** Looks whether it has changed. @throws {PolicyError} when it has, and can't be used; or when it can't be read */
    async refresh(): Promise<void> {
        const text = await readFile(this.file, "utf8");
        if (text !== this.text) {
            this.policy = parseResponsePolicy(text, this.file);
            this.text = text;
        }
    }
}
