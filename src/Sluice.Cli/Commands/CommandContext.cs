using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary>What a command has while it runs: the global options as values, the terminal, the clock, and the cluster once it is asked for.</summary>
internal sealed class CommandContext(Host host, ParseResult arguments) : IDisposable
{
    private ClusterClient? _cluster;

    /// <summary>Where results and messages go.</summary>
    public Terminal Terminal { get; } = arguments.GetValue(host.Options.NoColour) ? host.Terminal.WithoutColour() : host.Terminal;

    /// <summary>The clock.</summary>
    public TimeProvider Time => host.Time;

    /// <summary>The present time.</summary>
    public DateTimeOffset Now => host.Time.GetUtcNow();

    /// <summary>How commands begin: <c>sluice</c>, <c>flux gate</c>, <c>kubectl gate</c>.</summary>
    public string Program => host.Program;

    /// <summary><c>-o</c>.</summary>
    public OutputFormat Format { get; } = Enum.Parse<OutputFormat>(arguments.GetValue<string>(host.Options.Output.Name) ?? nameof(OutputFormat.Table), ignoreCase: true);

    /// <summary>Whether <c>-o wide</c> is asked for.</summary>
    public bool IsWide => Format == OutputFormat.Wide;

    /// <summary>Whether the output is for programs.</summary>
    public bool IsForPrograms => Format is OutputFormat.Json or OutputFormat.Yaml or OutputFormat.Name;

    /// <summary><c>-A</c>.</summary>
    public bool AllNamespaces { get; } = arguments.GetValue(host.Options.AllNamespaces);

    /// <summary><c>--timeout</c>; null when it is not given.</summary>
    public TimeSpan? Timeout { get; } = arguments.GetValue(host.Options.Timeout);

    /// <summary>The cluster; the first use opens the connection.</summary>
    public ClusterClient Cluster => _cluster ??= Open();

    /// <summary><c>-n</c>, or the namespace of the kubeconfig's context.</summary>
    public string Namespace => GivenNamespace ?? Cluster.Namespace;

    /// <summary><c>-n</c>; null where it is not given. Asks no cluster and no kubeconfig.</summary>
    public string? GivenNamespace => arguments.GetValue(host.Options.Namespace) is { Length: > 0 } named ? named : null;

    /// <summary>Says on standard error what is worth knowing, and maybe not meant so.</summary>
    public void Warn(string message) => host.Warn(message);

    /// <summary>Prints JSON as <see cref="Format"/> says.</summary>
    /// <exception cref="CommandException">Names are asked for, and there are none to print.</exception>
    public void Print(JsonNode node) => Terminal.Output.Write(Format switch
    {
        OutputFormat.Json => JsonText.Of(node),
        OutputFormat.Yaml => YamlText.Of(node),
        _ => throw CommandException.Usage($"-o {Format.ToString().ToLowerInvariant()} makes no sense here: expected table, wide, json or yaml"),
    });

    public void Dispose() => _cluster?.Dispose();

    private ClusterClient Open()
    {
        var (kubeconfig, context) = (arguments.GetValue(host.Options.Kubeconfig), arguments.GetValue(host.Options.Context));
        var connection = KubernetesConnection.Open(new ConnectionOptions
        {
            Kubeconfig = kubeconfig,
            Context = context,
            UserAgent = "sluice-cli",
            RequestTimeout = Timeout ?? TimeSpan.FromSeconds(30),
        }, host.Time);
        return new ClusterClient(connection, KubeconfigContext.Describe(kubeconfig, context));
    }
}
