using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sluice.Cli.Tests.Programs;
using Sluice.Cli.Tests.Signing;
using Sluice.TestBed;
using static Sluice.Cli.Tests.Releasing.GatedApp;

namespace Sluice.Cli.Tests.Releasing;

/// <summary>What people do at a gate with keys, on a real API server with its policies and the real controller.</summary>
public sealed class SignedApprovingTests(ReleasingCluster cluster) : IClassFixture<ReleasingCluster>, IDisposable
{
    private const string Patience = "--timeout 40s";

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-signed-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task An_approval_is_signed_with_a_key_of_the_gate_and_passes()
    {
        var app = await StartAsync("signed-with-key", _key.ExportSubjectPublicKeyInfoPem());
        var alice = await app.AsAsync("alice");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should()
            .Contain($"at gate {app.Namespace}/release: it counts signed approvals alone: sign with --key FILE, or elsewhere by way of --statement-only");
        (await app.VotesAsync()).Should().BeEmpty();

        (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes --reason {{0}} --key {{1}}", "CHG-7 \"ok\"", File("a.key", _key.ExportPkcs8PrivateKeyPem()))).Succeeded()
            .Rows[^1].Should().StartWith("It is released: ");
    }

    [Fact]
    public async Task A_key_that_is_not_the_gates_records_nothing()
    {
        var app = await StartAsync("other-key", _key.ExportSubjectPublicKeyInfoPem());
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await (await app.AsAsync("alice")).RunAsync($"approve app -n {app.Namespace} --yes --key {{0}}", File("b.key", other.ExportPkcs8PrivateKeyPem()))).FailedWith(1).Error.Should().Be(
            $"error: nothing is recorded, for it would not count at gate {app.Namespace}/release: it is signed by none of the gate's keys\n       its keys are team\n");
        (await app.VotesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_approval_that_does_not_count_makes_way_for_a_signed_one()
    {
        var app = await StartAsync("unsigned-before", null);
        var alice = await app.AsAsync("alice");
        await app.GateAsync("release", "{default: closed, approvals: {required: 1}}");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes --wait=false")).Succeeded();
        await app.GateAsync("release", Gate(_key.ExportSubjectPublicKeyInfoPem()));
        await app.UntilAsync("says why", status => Message(status).Contains("that of alice does not count: it is not signed", StringComparison.Ordinal));
        (await alice.RunAsync($"pending -n {app.Namespace}")).Succeeded().Output.Should().Contain("0 of 1 approvals, signed; that of alice does not count: it is not signed");
        (await alice.RunAsync($"explain gatedsource/app -n {app.Namespace}")).Succeeded().Output.Should().Contain("that of alice does not count: it is not signed")
            .And.Contain($"sluice approve app -n {app.Namespace} --revision {await app.ExactNameAsync()} --key FILE");
        (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes --key {{0}}", File("a.key", _key.ExportPkcs8PrivateKeyPem()))).Succeeded().Output.Should().StartWith("Approved");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should().Contain("has no candidate");
        (await app.VotesAsync()).Should().Equal("alice approve");
    }

    [Fact]
    public async Task A_rejection_needs_no_key()
    {
        var app = await StartAsync("rejected-unsigned", _key.ExportSubjectPublicKeyInfoPem());
        (await (await app.AsAsync("alice")).RunAsync($"reject app -n {app.Namespace} {Patience} --reason no")).Succeeded().Rows[0].Should().EndWith("rejected by alice: no");
    }

    [Fact]
    public async Task What_cosign_has_signed_passes_once_for_what_it_was_made_for()
    {
        var cosign = await DistributionTool.OrSkipAsync(() => Cosign.InAsync(_folder), Assert.Skip);
        await cosign.RunAsync("generate-key-pair");
        await cosign.RunAsync("signing-config", "create", "--out", "config.json");
        var app = await StartAsync("signed-by-cosign", await System.IO.File.ReadAllTextAsync(Path("cosign.pub"), TestContext.Current.CancellationToken));
        var alice = await app.AsAsync("alice");

        var statement = (await alice.RunAsync($"approve app -n {app.Namespace} --statement-only --reason CHG-8 --expires-in 8h")).Succeeded();
        statement.Error.Should().Contain(Digest('b')).And.Contain("Nothing is recorded.").And.Contain("cosign sign-blob");
        var json = JsonNode.Parse(statement.Output)!;
        ((string?)json["_type"]).Should().Be("https://in-toto.io/Statement/v1");
        ((string?)json["subject"]![0]!["digest"]!["sha256"]).Should().Be(new string('b', 64));
        File("statement.json", statement.Output);
        await cosign.RunAsync("sign-blob", "--yes", "--key", "cosign.key", "--signing-config", "config.json", "--bundle", "bundle.json", "statement.json");

        string[] files = [Path("statement.json"), Path("bundle.json")];
        (await (await app.AsAsync("bob")).RunAsync($"approve app -n {app.Namespace} --yes --statement {{0}} --bundle {{1}}", files)).FailedWith(1).Error.Should()
            .Contain("nothing is recorded: what was signed is not what waits: approver differs");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes --reason other --statement {{0}} --bundle {{1}}", files)).FailedWith(2).Error.Should().Contain("are part of what is signed");
        (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes --statement {{0}} --bundle {{1}}", files)).Succeeded().Rows[^1].Should().StartWith("It is released: ");

        await app.OfferAsync('c');
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes --statement {{0}} --bundle {{1}}", files)).FailedWith(1).Error.Should()
            .Contain("what was signed is not what waits: the digest of the subject differs").And.Contain(Revision('c'));
    }

    [Fact]
    public async Task A_plain_signature_and_a_key_of_cosign_with_its_password_do_as_well()
    {
        var cosign = await DistributionTool.OrSkipAsync(() => Cosign.InAsync(_folder), Assert.Skip);
        await cosign.RunAsync("generate-key-pair");
        var app = await StartAsync("plain-signature", await System.IO.File.ReadAllTextAsync(Path("cosign.pub"), TestContext.Current.CancellationToken), required: 2);
        var (alice, bob) = (await app.AsAsync("alice"), await app.AsAsync("bob", password: Cosign.Password));
        File("statement.json", (await alice.RunAsync($"approve app -n {app.Namespace} --statement-only")).Succeeded().Output);
        File("a.sig", await cosign.RunAsync("sign-blob", "--yes", "--key", "cosign.key", "--use-signing-config=false", "--tlog-upload=false", "--new-bundle-format=false", "statement.json"));
        (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes --statement {{0}} --signature {{1}}", Path("statement.json"), Path("a.sig"))).Succeeded()
            .Rows[^1].Should().EndWith("1 of 2 approvals (alice).");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes")).Succeeded().Output.Should().StartWith("Already approved", "it counts already, so nothing is to be signed");

        (await (await app.AsAsync("bob")).RunAsync($"approve app -n {app.Namespace} --yes --key {{0}}", Path("cosign.key"))).FailedWith(1).Error.Should().Contain("set COSIGN_PASSWORD");
        (await bob.RunAsync($"approve app -n {app.Namespace} {Patience} --yes --key {{0}}", Path("cosign.key"))).Succeeded().Rows[^1].Should().StartWith("It is released: ");
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused()
    {
        var app = await StartAsync("contradiction", _key.ExportSubjectPublicKeyInfoPem());
        var alice = await app.AsAsync("alice");
        (await alice.RunAsync($"approve app -n {app.Namespace} --key a --statement-only")).FailedWith(2).Error.Should().Contain("one of the three");
        (await alice.RunAsync($"approve app -n {app.Namespace} --signature a")).FailedWith(2).Error.Should().Contain("expected --statement with --signature or --bundle");
        (await alice.RunAsync($"approve app -n {app.Namespace} --bundle {{0}}", File("x", "{}"))).FailedWith(1).Error.Should().Contain("what was signed cannot be used: the bundle.mediaType is missing");
        (await alice.RunAsync($"approve app -n {app.Namespace} --bundle none")).FailedWith(1).Error.Should().Contain("cannot be read");
        (await alice.RunAsync($"approve app -n {app.Namespace} --key none")).FailedWith(1).Error.Should().Contain("--key: 'none' cannot be read");
        (await app.VotesAsync()).Should().BeEmpty();
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<GatedApp> StartAsync(string name, string? pem, int required = 1)
    {
        var app = await GatedApp.StartAsync(cluster, name, pem is null ? "{default: closed}" : Gate(pem, required));
        await app.OfferAsync('b');
        return app;
    }

    private static string Gate(string pem, int required = 1) => new JsonObject
    {
        ["default"] = "opened",
        ["approvals"] = new JsonObject
        {
            ["required"] = required,
            ["keys"] = new JsonObject { ["publicKeys"] = new JsonArray(new JsonObject { ["name"] = "team", ["pem"] = pem }) },
        },
    }.ToJsonString();

    private static string Message(JsonNode status) =>
        (string?)status["conditions"]!.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == "Approved")?["message"] ?? "";

    private string Path(string name) => System.IO.Path.Combine(_folder, name);

    private string File(string name, string text)
    {
        System.IO.File.WriteAllText(Path(name), text);
        return Path(name);
    }
}
