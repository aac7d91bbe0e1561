import { noGitVolumes } from "../../../../policies/controls/pod/no-git-volumes";
import { describeControl } from "../../../support/control-suite";

describeControl(noGitVolumes, {
    refused: {
        "a volume that the node clones": {
            pod: { volumes: [{ name: "code", gitRepo: { repository: "https://git.example/x.git" } }] },
            message:
                'spec.volumes[0].gitRepo has the node run git on "https://git.example/x.git". Clone in an init container.',
        },
        "git-sync that runs another program": {
            container: {
                image: "registry.k8s.io/git-sync/git-sync:v4.4.0",
                env: [
                    { name: "GITSYNC_REPO", value: "x" },
                    { name: "GITSYNC_GIT", value: "/tmp/x" },
                ],
                args: ["--repo=x", "--exechook-command=/tmp/x"],
            },
            message: [
                'spec.containers[0].env[1].name is "GITSYNC_GIT", which has git-sync run another program (container "web"). Remove it.',
                'spec.containers[0].args[1] has git-sync run another program (container "web"). Remove it.',
            ],
        },
    },
    allowed: {
        "git-sync as it comes": {
            container: { image: "registry.k8s.io/git-sync/git-sync:v4.4.0", args: ["--repo=x", "--root=/git"] },
        },
        "another program with such settings": { container: { args: ["--git=x"] } },
        "other volumes": { pod: { volumes: [{ name: "code", emptyDir: {} }] } },
    },
});
