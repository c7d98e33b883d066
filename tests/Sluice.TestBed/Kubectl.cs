using Sluice.TestBed.Processes;

namespace Sluice.TestBed;

/// <summary>Runs kubectl against one control plane, as one user.</summary>
public sealed class Kubectl
{
    private readonly string[] _common;

    internal Kubectl(string program, string kubeconfig, string cacheFolder)
    {
        Program = program;
        // A cache of its own: the default one is found by host and port, and ports are used again.
        _common = [$"--kubeconfig={kubeconfig}", $"--cache-dir={cacheFolder}"];
    }

    /// <summary>The program's path.</summary>
    public string Program { get; }

    /// <summary>How long one command may take; default 2 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Runs kubectl and returns its standard output.</summary>
    /// <param name="arguments">For example <c>"get", "gates", "-A"</c>.</param>
    /// <exception cref="KubectlException">It failed; the message has the command and its standard error.</exception>
    public Task<string> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    /// <summary>Runs kubectl with something on its standard input, and returns its standard output.</summary>
    /// <param name="arguments">For example <c>["create", "-f", "-"]</c>.</param>
    /// <param name="input">The standard input, for example a manifest; null for none.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="KubectlException">It failed; the message has the command and its standard error.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken = default)
    {
        var (exitCode, output, error) = await Command.RunAsync(Program, [.. arguments, .. _common], input, Timeout, null, cancellationToken);
        return exitCode == 0 ? output : throw new KubectlException(arguments, exitCode, error);
    }

    /// <summary>Runs kubectl and returns what it said: its standard output, or its standard error if it failed.</summary>
    /// <inheritdoc cref="RunAsync(IReadOnlyList{string}, string?, CancellationToken)" path="/param" />
    public async Task<string> TryAsync(IReadOnlyList<string> arguments, string? input = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await RunAsync(arguments, input, cancellationToken);
        }
        catch (KubectlException e)
        {
            return e.Error;
        }
    }

    /// <summary>Server-side apply of a manifest (YAML or JSON, several documents if need be).</summary>
    /// <param name="manifest">The manifest itself, not a path.</param>
    /// <param name="fieldManager">Who owns the fields; default <c>kubectl</c>.</param>
    /// <param name="force">Takes over fields that another manager owns with another value; default false, which is a conflict.</param>
    /// <exception cref="KubectlException">It failed, for example with a conflict.</exception>
    public Task<string> ApplyAsync(string manifest, string fieldManager = "kubectl", bool force = false) => RunAsync(
        ["apply", "--server-side", $"--field-manager={fieldManager}", $"--force-conflicts={(force ? "true" : "false")}", "-f", "-"], manifest);
}
