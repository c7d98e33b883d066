using System.Text.RegularExpressions;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Release.Tests;

/// <summary>The container image that <c>dev/image</c> makes of the native program. Only <c>./test --native</c> has that.</summary>
public sealed partial class ImageTests
{
    private static readonly string DevImage = RepositoryRoot.Combine("dev", "image");

    public ImageTests() => Assert.SkipWhen(
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SLUICE_CONTROLLER")), "There is no native program to put into an image: ./test --native makes one.");

    [Fact]
    public async Task It_is_below_30_MB_the_same_whenever_it_is_built_and_skopeo_takes_it()
    {
        // The script fails above the limit.
        await Script.RunAsync(DevImage);
        var first = await Script.RunAsync(DevImage, "digest");
        File.SetLastWriteTimeUtc(RepositoryRoot.Combine("artifacts", "bin", "sluice-controller"), DateTime.UnixEpoch);
        await Script.RunAsync(DevImage);
        (await Script.RunAsync(DevImage, "digest")).Should().Be(first);

        (await Script.RunAsync(DevImage, "check")).Should().Contain($"\"Digest\": \"{first.Trim()}\"");
    }

    [Fact]
    public async Task The_controller_works_with_nothing_but_what_is_in_it_as_a_user_that_is_not_root()
    {
        await Script.RunAsync(DevImage);
        await using var controlPlane = await ControlPlane.StartAsync();
        await controlPlane.InstallCrdsAsync(RepositoryRoot.Combine("config", "crd"));
        var account = Directory.CreateTempSubdirectory("sluice-image-");
        try
        {
            WriteServiceAccount(account.FullName, await File.ReadAllTextAsync(controlPlane.KubeconfigPath, TestContext.Current.CancellationToken));
            var (health, metrics) = (LoopbackPort.Free(), LoopbackPort.Free());
            await using var controller = ManagedProcess.Start(DevImage,
            [
                "run", "--volume", $"{account.FullName}:/var/run/secrets/kubernetes.io/serviceaccount",
                "--env", "KUBERNETES_SERVICE_HOST=127.0.0.1", "--env", $"KUBERNETES_SERVICE_PORT={controlPlane.Address.Port}",
                "--", $"--health-addr=127.0.0.1:{health}", $"--metrics-addr=127.0.0.1:{metrics}", "--enable-leader-election",
            ]);
            using var http = new HttpClient();
            await Eventually.GivesAsync("sluice-controller is ready",
                () => controller.HasExited
                    ? throw new InvalidOperationException($"It ended with exit code {controller.ExitCode}: {string.Join('\n', controller.Output)}")
                    : IsReadyAsync(http, health),
                ready => ready, TimeSpan.FromSeconds(60));

            // To reconcile the gate it has read and written by TLS, which no library but those of the image gave it, and known the zone.
            await controlPlane.Kubectl.ApplyAsync("""
                apiVersion: gating.toolkit.fluxcd.io/v1alpha1
                kind: Gate
                metadata: {name: sre-approval, namespace: default}
                spec: {timeZone: Europe/Berlin, windows: [{name: morning, action: open, cron: "0 9 * * *", duration: 1h}]}
                """);
            await Eventually.GivesAsync("the gate knows its next transition", () => controlPlane.Kubectl.RunAsync("get", "gate", "sre-approval", "-o", "jsonpath={.status.nextTransition.at}"),
                at => at.Length > 0, TimeSpan.FromSeconds(60));

            var id = ProcessWith($"--health-addr=127.0.0.1:{health}");
            // The four numbers of each line are the real, effective, saved and file system id.
            var ids = await File.ReadAllLinesAsync($"/proc/{id}/status", TestContext.Current.CancellationToken);
            ids.Where(line => UidAndGid().IsMatch(line)).Should().HaveCount(2).And.AllSatisfy(line => line.Split('\t')[1..].Should().AllBe("65532"));
            // Who is not root has started it by sudo, and cannot send it a signal otherwise.
            await Script.RunAsync("bash", "-c", $"[ $(id -u) = 0 ] || sudo=sudo; $sudo kill -TERM {id}");
            (await controller.WaitForExitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Should().Be(0);
        }
        finally
        {
            account.Delete(recursive: true);
        }
    }

    [GeneratedRegex("^(Uid|Gid):")]
    private static partial Regex UidAndGid();

    private static string ProcessWith(string argument) => Path.GetFileName(Directory.EnumerateDirectories("/proc").Single(folder =>
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
            return command[0] == "/sluice-controller" && command.Contains(argument);
        }
        catch (IOException)
        {
            return false; // not of a process, or of one that has ended
        }
        catch (UnauthorizedAccessException)
        {
            return false; // of a process that this user may not look at
        }
    }));

    // What the kubelet mounts into a pod.
    private static void WriteServiceAccount(string folder, string kubeconfig)
    {
        string Value(string key) => Regex.Match(kubeconfig, $@"^\s+{key}: (\S+)$", RegexOptions.Multiline).Groups[1].Value;
        File.WriteAllText(Path.Combine(folder, "token"), Value("token"));
        File.WriteAllBytes(Path.Combine(folder, "ca.crt"), Convert.FromBase64String(Value("certificate-authority-data")));
        File.WriteAllText(Path.Combine(folder, "namespace"), "default");
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, int port)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
