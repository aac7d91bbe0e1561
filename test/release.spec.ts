import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { version } from "../packages/hardening/package.json";
import { withFiles } from "./support/files";

interface Step {
    readonly name?: string;
    readonly uses?: string;
    readonly run?: string;
}
interface Job {
    readonly needs?: string;
    readonly environment?: string;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly steps: readonly Step[];
}

const { on, jobs } = load(readFileSync(".github/workflows/release.yml", "utf8")) as {
    on: object;
    jobs: Readonly<Record<"pack" | "publish", Job>>;
};
const { pack, publish } = jobs;
const scriptOf = (job: Job, name: RegExp): string =>
    job.steps.find((step) => name.test(step.name ?? ""))?.run ?? assert.fail(String(name));

describe("A release", function () {
    this.timeout(60_000);

    it("is made of a tag, built by what may only read, and published by what runs nothing of the repository", () => {
        assert.deepEqual(on, { push: { tags: ["v*"] } });
        assert.equal(pack.permissions, undefined);
        assert.deepEqual([publish.needs, publish.environment], ["pack", "release"]);
        assert.deepEqual(publish.permissions, { contents: "write", "id-token": "write", attestations: "write" });
        assert.deepEqual(
            publish.steps.filter(({ uses = "" }) => /checkout|^\.\//.test(uses)),
            [],
        );
        const commands = publish.steps.map(({ run = "" }) => run).join("\n");
        assert.doesNotMatch(commands, /npm (?:ci|install|run|exec)|npx|node /);
        assert.match(commands, /npm publish .*--provenance .*--ignore-scripts/);
    });

    it("tests the packages before it packs them, and the tag before it runs anything", () => {
        const commands = pack.steps.flatMap(({ run = [] }) => run);
        const order = [/verify-tag/, /^npm ci$/, /^npm run test:packages$/, /^npm run release:pack /];
        assert.deepEqual(
            commands.map((command) => order.findIndex((pattern) => pattern.test(command))),
            [0, 1, 2, 3],
        );
    });

    it("takes a tag that a maintainer signed on main, and no other", async () => {
        const script = scriptOf(pack, /^Take the tag only if/);
        await withFiles({ temp: "" }, (folder) => {
            const env = {
                ...process.env,
                HOME: folder,
                GIT_CONFIG_NOSYSTEM: "1",
                GIT_AUTHOR_NAME: "a",
                GIT_AUTHOR_EMAIL: "maintainer@example.org",
                GIT_COMMITTER_NAME: "a",
                GIT_COMMITTER_EMAIL: "maintainer@example.org",
            };
            const run = (cwd: string, program: string, ...args: readonly string[]) => {
                const { status, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
                assert.equal(status, 0, `${program} ${args.join(" ")}: ${stderr}`);
            };
            const [origin, clone] = [join(folder, "origin"), join(folder, "clone")];
            for (const key of ["maintainer", "stranger"]) {
                run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
            }
            mkdirSync(join(origin, ".github"), { recursive: true });
            const git = (...args: readonly string[]) => {
                run(origin, "git", "-c", "gpg.format=ssh", ...args);
            };
            const keyOf = (name: string) => `user.signingkey=${join(folder, name)}`;
            const allow = (name: string) => {
                const line = `maintainer@example.org namespaces="git" ${readFileSync(join(folder, `${name}.pub`), "utf8")}`;
                writeFileSync(join(origin, ".github/allowed_signers"), line);
                git("add", ".");
                git("commit", "-q", "-m", "signers");
            };
            git("init", "-q", "-b", "main");
            allow("maintainer");
            git("-c", keyOf("maintainer"), "tag", "-s", "-m", "v1", "v1");
            git("-c", keyOf("stranger"), "tag", "-s", "-m", "v2", "v2");
            git("tag", "-a", "-m", "v3", "v3");
            git("tag", "v4");
            // Off main, by a maintainer; and by a stranger who brings a list of signers along.
            git("checkout", "-q", "-b", "side");
            allow("stranger");
            git("-c", keyOf("maintainer"), "tag", "-s", "-m", "v5", "v5");
            git("-c", keyOf("stranger"), "tag", "-s", "-m", "v6", "v6");
            git("checkout", "-q", "main");
            run(folder, "git", "clone", "-q", origin, clone);
            const verdicts = ["v1", "v2", "v3", "v4", "v5", "v6"].map((tag) => {
                const { status } = spawnSync("bash", ["-e", "-c", script], {
                    cwd: clone,
                    env: { ...env, TAG: tag, RUNNER_TEMP: folder },
                });
                return status === 0;
            });
            assert.deepEqual(verdicts, [true, false, false, false, false, false]);
        });
    });

    it("refuses every tag while nobody may sign, and says what to do", async () => {
        const script = scriptOf(pack, /^Take the tag only if/);
        const allowed = "# Who may sign a release.\n\n# None yet.\n";
        const git = `#!/bin/sh\n[ "$1" = show ] && cat "$ALLOWED"\n`;
        await withFiles({ allowed, "bin/git": git, temp: "" }, (folder) => {
            chmodSync(join(folder, "bin/git"), 0o755);
            const { status, stdout } = spawnSync("bash", ["-e", "-c", script], {
                encoding: "utf8",
                env: {
                    PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
                    ALLOWED: join(folder, "allowed"),
                    RUNNER_TEMP: folder,
                    TAG: "v1.0.0",
                },
            });
            assert.equal(status, 1);
            assert.equal(
                stdout,
                "::error file=.github/allowed_signers::main names nobody who may sign a release, so v1.0.0 can't be verified. Add the public key of a maintainer, as the file says, and push the tag again.\n",
            );
        });
    });

    it("is called a preview where its tag is one", async () => {
        const script = scriptOf(publish, /^Release what was published/);
        await withFiles({ "bin/gh": '#!/bin/sh\necho "$@"\n', "release/a.tgz": "" }, (folder) => {
            chmodSync(join(folder, "bin/gh"), 0o755);
            const calls = ["v1.0.0", "v1.0.0-rc.1"].map((TAG) => {
                const env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, TAG, REPOSITORY: "acme/shop" };
                return spawnSync("bash", ["-e", "-c", script], { cwd: folder, encoding: "utf8", env }).stdout;
            });
            assert.deepEqual(calls, [
                "release create v1.0.0 --repo acme/shop --verify-tag --generate-notes release/a.tgz\n",
                "release create v1.0.0-rc.1 --repo acme/shop --verify-tag --generate-notes --prerelease release/a.tgz\n",
            ]);
        });
    });

    it("is refused where its tag is not the version of every package", async () => {
        await withFiles({ "out/a": "" }, (folder) => {
            const run = spawnSync(process.execPath, ["scripts/release.mjs", join(folder, "new"), "v9.9.9"], {
                encoding: "utf8",
            });
            assert.equal(run.status, 2);
            assert.equal(
                run.stderr,
                ["spiffe", "foundation", "hardening", "hardening-policies"]
                    .map(
                        (name) =>
                            `@x0tta6bl4/${name} has version ${version}, and the tag is v9.9.9: sign v${version}, or raise the version\n`,
                    )
                    .join(""),
            );
            assert.equal(existsSync(join(folder, "new")), false);
        });
    });

    it("publishes what the registry does not have, and nothing twice", async () => {
        const script = scriptOf(publish, /^Publish each version/);
        await withFiles({ "bin/log": "" }, (folder) => {
            const tarball = (name: string, version = "1.0.0") => {
                const place = join(folder, name, "package");
                mkdirSync(place, { recursive: true });
                writeFileSync(join(place, "package.json"), JSON.stringify({ name: `@x0tta6bl4/${name}`, version }));
                mkdirSync(join(folder, "release"), { recursive: true });
                const file = join(folder, "release", `x0tta6bl4-${name}-${version}.tgz`);
                assert.equal(spawnSync("tar", ["-czf", file, "-C", join(folder, name), "package"]).status, 0);
            };
            tarball("new");
            tarball("preview", "2.0.0-rc.1");
            tarball("there");
            const npm = `#!/bin/sh
if [ "$1" = view ]; then [ "$2" = @x0tta6bl4/there@1.0.0 ] && echo @x0tta6bl4/there || exit 1; else echo "$@" >>"$LOG"; fi
`;
            const jq = `#!/bin/sh\nexec ${process.execPath} -e 'const { name, version } = JSON.parse(require("fs").readFileSync(0)); console.log(name + "@" + version)'\n`;
            for (const [name, text] of Object.entries({ npm, jq })) {
                writeFileSync(join(folder, "bin", name), text, { mode: 0o755 });
            }
            const { status, stderr } = spawnSync("bash", ["-e", "-c", script], {
                cwd: folder,
                encoding: "utf8",
                env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, LOG: join(folder, "bin/log") },
            });
            assert.equal(status, 0, stderr);
            assert.equal(
                readFileSync(join(folder, "bin/log"), "utf8"),
                [
                    "publish release/x0tta6bl4-new-1.0.0.tgz --provenance --access public --ignore-scripts --tag latest\n",
                    "publish release/x0tta6bl4-preview-2.0.0-rc.1.tgz --provenance --access public --ignore-scripts --tag next\n",
                ].join(""),
            );
        });
    });

    it("is the version that the action, the component of GitLab and the hook install", async () => {
        const places = ["action.yml", "templates/hardening.yml", ".pre-commit-hooks.yaml"];
        for (const place of places) {
            assert.equal(readFileSync(place, "utf8").split(version).length, 2, place);
        }
        const manifest = JSON.stringify({ name: "@x0tta6bl4/hardening", version: "3.4.5-beta.1" });
        const files = Object.fromEntries(places.map((place) => [place, readFileSync(place)]));
        await withFiles({ ...files, "packages/hardening/package.json": manifest }, (folder) => {
            const script = join(process.cwd(), "scripts/versions.mjs");
            assert.equal(spawnSync(process.execPath, [script], { cwd: folder }).status, 0);
            for (const place of places) {
                const raised = String(files[place]).replace(version, "3.4.5-beta.1");
                assert.equal(readFileSync(join(folder, place), "utf8"), raised);
            }
        });
    });
});
