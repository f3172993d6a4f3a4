using Gatehouse.Tests.Binary;

namespace Gatehouse.Tests.Docker;

/// <summary>
/// Images without a registry: a shell (busybox), curl (busybox's own wget cannot resolve
/// names without glibc's modules) and the native binary, imported under the names of the real apps, so
/// that what recognises an image by its name is tried too.
/// </summary>
internal static class TestImages
{
    public const string Ollama = "ollama/ollama:0.12.3";
    public const string OpenWebUi = "ghcr.io/open-webui/open-webui:v0.6.30";
    public const string N8n = "docker.n8n.io/n8nio/n8n:1.110.1";
    public const string PaperlessAi = "clusterzx/paperless-ai:3.0.9";
    public const string LlamaCpp = "ghcr.io/ggml-org/llama.cpp:server-b6500";
    public const string Postgres = "postgres:16-alpine";
    public const string OllamaRocm = "ollama/ollama:rocm";
    public const string Gluetun = "qmcgaw/gluetun:v3.40.0";
    public const string LiteLlm = "ghcr.io/berriai/litellm:main-latest";
    public const string Karakeep = "ghcr.io/karakeep-app/karakeep:0.27.0";
    public const string Traefik = "traefik:v3.5";

    private static readonly string[] Applets =
    [
        "sh", "sleep", "nc", "cat", "ip", "route", "ls", "date", "env", "nslookup", "echo", "grep", "true", "false",
    ];

    public static async Task MakeAsync(TestEngine engine)
    {
        var root = Path.Combine(engine.Root, "rootfs");
        var script = $"""
            set -e
            mkdir -p {root}/bin {root}/tmp {root}/etc
            cp /bin/busybox {root}/bin/
            for applet in {string.Join(' ', Applets)}; do ln -sf busybox {root}/bin/$applet; done
            cp {GateBinary.Path} {root}/gatehouse
            cp {Path.GetDirectoryName(GateBinary.Path)}/libe_sqlite3.so {root}/
            cp /usr/bin/curl {root}/bin/
            for library in $(ldd {GateBinary.Path} /usr/bin/curl | grep -v ':$' | grep -o '/[^ ]*')
            do cp -L --parents "$library" {root}/; done
            cp -r --parents /usr/share/zoneinfo/Etc {root}/
            chmod 1777 {root}/tmp
            """;
        (await Child.RunAsync("bash", ["-c", script])).Expect(0);
        var archive = Path.Combine(engine.Root, "rootfs.tar");
        (await Child.RunAsync("tar", ["-C", root, "-cf", archive, "."])).Expect(0);
        await engine.DockerAsync("import", archive, Ollama);
        var version = (await Child.RunAsync(GateBinary.Path, ["--version"])).Expect(0).LastLine.Split('+')[0];
        await engine.DockerAsync("import", "--change", "ENTRYPOINT [\"/gatehouse\"]", "--change",
            "CMD [\"serve\",\"--home\",\"/data\"]", archive, $"gatehouse:{version}");
        string[] names =
        [
            OpenWebUi, N8n, PaperlessAi, LlamaCpp, Postgres, OllamaRocm, Gluetun, LiteLlm, Karakeep, Traefik,
        ];
        foreach (var name in names) await engine.DockerAsync("tag", Ollama, name);
    }
}
