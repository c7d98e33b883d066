using System.Text;
using Sluice.Controller.Certificates;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>
/// Whoever takes sluice-controller over has with the webhook a right to create Secrets, and gets nobody's token by it: <c>config/webhook</c> leaves
/// it the one that it needs.
/// </summary>
public sealed class ControllerSecretTests(Cluster cluster) : IClassFixture<Cluster>, IAsyncLifetime
{
    private const string Ns = "flux-system";
    private const string Refusal = "sluice-controller creates no Secret but sluice-webhook-certificates, of type kubernetes.io/tls";
    private const string Token = """ "type": "kubernetes.io/service-account-token" """;
    private const string Tls = """ "type": "kubernetes.io/tls", "data": {"tls.crt": "", "tls.key": ""} """;
    private const string OfKustomizeController = """ "annotations": {"kubernetes.io/service-account.name": "kustomize-controller"} """;

    private KubernetesConnection _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = ConnectAs("sluice-controller");
        if (await IsInForceAsync())
        {
            return;
        }

        await cluster.Kubectl.RunAsync("create", "namespace", Ns);
        await cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "webhook"));
        await Eventually.GivesAsync("the policy is in force", IsInForceAsync, inForce => inForce);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData($$"""{"name": "mine", {{OfKustomizeController}} }, {{Token}}""")]
    [InlineData($$"""{"name": "mine"}, {{Tls}}""")]
    [InlineData($$"""{"name": "sluice-webhook-certificates-2"}, {{Tls}}""")]
    [InlineData($$"""{"generateName": "sluice-webhook-certificates"}, {{Tls}}""")]
    [InlineData($$"""{"name": "sluice-webhook-certificates", {{OfKustomizeController}} }, {{Token}}""")]
    [InlineData("""{"name": "sluice-webhook-certificates"}, "type": "Opaque" """)]
    [InlineData("""{"name": "sluice-webhook-certificates"}, "data": {} """)]
    public async Task It_is_refused_every_other_name_and_every_other_type(string metadata)
    {
        var refused = (await new Func<Task>(() => CreateAsync(_connection, Body(metadata))).Should().ThrowAsync<KubernetesApiException>()).Which;
        refused.IsForbidden.Should().BeTrue();
        refused.Message.Should().Contain(Refusal);
    }

    [Fact]
    public async Task It_is_refused_them_as_well_where_it_creates_by_server_side_apply()
    {
        var body = Body($$"""{"name": "{{CertificateSecret.Name}}", {{OfKustomizeController}} }, {{Token}}""");
        var apply = () => new KubernetesApi(_connection).ApplyAsync(
            WebhookCluster.Secret, new(Ns, CertificateSecret.Name), body, new("sluice") { Force = true }, ObjectDecoders.Ignore, TestContext.Current.CancellationToken);
        (await apply.Should().ThrowAsync<KubernetesApiException>()).Which.Message.Should().Contain(Refusal);
    }

    [Fact]
    public async Task It_creates_the_one_of_its_certificate()
    {
        await CreateAsync(_connection, CertificateSecret.Write(Ns, IssuedCertificate.Make("localhost", TimeProvider.System.GetUtcNow()), null));
        await cluster.Kubectl.RunAsync("-n", Ns, "delete", "secret", CertificateSecret.Name);
    }

    [Fact]
    public async Task Nobody_else_is_concerned()
    {
        await cluster.Kubectl.RunAsync("-n", Ns, "create", "role", "creator", "--verb=create", "--resource=secrets");
        await cluster.Kubectl.RunAsync("-n", Ns, "create", "rolebinding", "creator", "--role=creator", $"--serviceaccount={Ns}:not-sluice-controller");
        using var other = ConnectAs("not-sluice-controller");
        await CreateAsync(other, Body("""{"name": "of-another"}, "type": "Opaque" """));
        await cluster.Api.CreateAsync(
            WebhookCluster.Secret, Ns, Body($$"""{"name": "of-the-administrator", {{OfKustomizeController}} }, {{Token}}"""), ObjectDecoders.Ignore,
            cancellation: TestContext.Current.CancellationToken);
    }

    /// <summary>As a service account of Flux's namespace, with its rights.</summary>
    private KubernetesConnection ConnectAs(string name) => KubernetesConnection.Open(
        new() { Kubeconfig = cluster.ControlPlane.KubeconfigFor($"system:serviceaccount:{Ns}:{name}", "system:serviceaccounts"), Qps = 0 }, TimeProvider.System);

    private static Task CreateAsync(KubernetesConnection connection, ReadOnlyMemory<byte> body) =>
        new KubernetesApi(connection).CreateAsync(WebhookCluster.Secret, Ns, body, ObjectDecoders.Ignore, cancellation: TestContext.Current.CancellationToken);

    private static byte[] Body(string metadata) => Encoding.UTF8.GetBytes($$"""{"apiVersion": "v1", "kind": "Secret", "metadata": {{metadata}} }""");

    private async Task<bool> IsInForceAsync()
    {
        try
        {
            await CreateAsync(_connection, Body($$"""{"generateName": "probe-"}, {{Tls}}"""));
            return false;
        }
        catch (KubernetesApiException e)
        {
            return e.Message.Contains(Refusal, StringComparison.Ordinal);
        }
    }
}
