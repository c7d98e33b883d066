namespace Sluice.Kubernetes.Tests.Connection;

public sealed class KubeconfigTests : IDisposable
{
    private const string Good = """
        apiVersion: v1
        kind: Config
        current-context: here
        clusters:
        - {name: one, cluster: {server: "https://one.example.org:6443/k8s/clusters/c-1"}}
        - {name: two, cluster: {server: "http://two.example.org"}}
        users: [{name: me, user: {token: secret}}]
        contexts:
        - {name: here, context: {cluster: one, user: me, namespace: apps}}
        - {name: there, context: {cluster: two, user: me}}
        - {name: nowhere, context: {cluster: three, user: me}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-kubeconfig-").FullName;

    [Fact]
    public void The_current_context_says_which_server_and_which_namespace()
    {
        using var connection = Open(Good);

        connection.Server.Should().Be("https://one.example.org:6443/k8s/clusters/c-1/", "a server behind a path keeps it");
        connection.Namespace.Should().Be("apps");
    }

    [Fact]
    public void A_context_that_is_asked_for_comes_before_the_current_one()
    {
        using var connection = Open(Good, "there");

        connection.Server.Should().Be("http://two.example.org/");
        connection.Namespace.Should().Be("default");
    }

    [Theory]
    [InlineData("", null, "Kubeconfig FILE is empty.")]
    [InlineData("# nothing\n---\n\n", null, "Kubeconfig FILE is empty.")]
    [InlineData("- a\n- b\n", null, "Cannot use kubeconfig FILE: *")]
    [InlineData("a: [", null, "Cannot use kubeconfig FILE: *")]
    [InlineData("apiVersion: v1\nkind: Config\n", null, "Kubeconfig FILE has no current context; name one.")]
    [InlineData(Good, "elsewhere", "Kubeconfig FILE has no context 'elsewhere'; it has: here, there, nowhere.")]
    [InlineData(Good, "nowhere", "Kubeconfig FILE: context 'nowhere' names cluster 'three', which is not there or has no server.")]
    public void A_kubeconfig_that_cannot_be_used_is_named_with_what_is_wrong(string text, string? context, string message)
    {
        var opening = () => Open(text, context).Dispose();

        opening.Should().Throw<KubernetesConfigurationException>().WithMessage(message.Replace("FILE", Path.Combine(_folder, "config"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_kubeconfig_that_was_asked_for_must_be_there()
    {
        var opening = () => KubernetesConnection.Open(new() { Kubeconfig = "/no/such/file" }, TimeProvider.System).Dispose();

        opening.Should().Throw<KubernetesConfigurationException>().WithMessage("Kubeconfig /no/such/file does not exist.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private KubernetesConnection Open(string text, string? context = null)
    {
        var file = Path.Combine(_folder, "config");
        File.WriteAllText(file, text);
        return KubernetesConnection.Open(new() { Kubeconfig = file, Context = context }, TimeProvider.System);
    }
}
