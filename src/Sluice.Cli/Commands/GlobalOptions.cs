using System.CommandLine;
using Sluice.Gating.Time;

namespace Sluice.Cli.Commands;

/// <summary>The options that every command takes, named as kubectl names them.</summary>
internal sealed class GlobalOptions
{
    private static readonly string[] Formats = ["table", "wide", "json", "yaml", "name"];

    /// <summary><c>-n</c>.</summary>
    public Option<string?> Namespace { get; } = new("--namespace", "-n")
    {
        Description = "The namespace to look in; default: that of the kubeconfig's context",
        HelpName = "NAMESPACE",
        Recursive = true,
    };

    /// <summary><c>-A</c>.</summary>
    public Option<bool> AllNamespaces { get; } = new("--all-namespaces", "-A") { Description = "Look in all namespaces", Recursive = true };

    /// <summary><c>--context</c>.</summary>
    public Option<string?> Context { get; } = new("--context")
    {
        Description = "The context of the kubeconfig; default: its current one",
        HelpName = "CONTEXT",
        Recursive = true,
    };

    /// <summary><c>--kubeconfig</c>.</summary>
    public Option<string?> Kubeconfig { get; } = new("--kubeconfig")
    {
        Description = "The kubeconfig file; default: $KUBECONFIG, then ~/.kube/config, then the pod's service account",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary><c>-o</c>.</summary>
    public Option<string> Output { get; } = new("--output", "-o")
    {
        Description = "How to print results: table, wide, json, yaml or name",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "table",
        Recursive = true,
    };

    /// <summary><c>--no-color</c>.</summary>
    public Option<bool> NoColour { get; } = new("--no-color") { Description = "No colours; NO_COLOR in the environment does the same", Recursive = true };

    /// <summary><c>--timeout</c>.</summary>
    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "How long to wait for each answer of the API server (default 30s), with open and close for sluice-controller (default 10s), and with install and uninstall for it to run or to stop (default 5m, 2m)",
        HelpName = "DURATION",
        Recursive = true,
        CustomParser = argument =>
        {
            if (GoDuration.TryParse(argument.Tokens[0].Value, out var timeout) && timeout > TimeSpan.Zero)
                return timeout;
            argument.AddError($"--timeout: '{argument.Tokens[0].Value}' is not a duration greater than zero, for example 30s or 1m30s");
            return null;
        },
    };

    public GlobalOptions()
    {
        Output.CompletionSources.Add(_ => Formats);
        Output.Validators.Add(result =>
        {
            if (result.Tokens is [var format] && !Formats.Contains(format.Value))
                result.AddError($"--output: '{format.Value}' is not a format; expected {string.Join(", ", Formats)}");
        });
    }

    /// <summary>Gives them to the root command, and so to every command.</summary>
    public void AddTo(Command root)
    {
        foreach (var option in new Option[] { Namespace, AllNamespaces, Context, Kubeconfig, Output, NoColour, Timeout })
            root.Add(option);
    }
}
