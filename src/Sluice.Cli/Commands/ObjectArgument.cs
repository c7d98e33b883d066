using System.CommandLine;
using System.CommandLine.Completions;
using Sluice.Cli.Completion;

namespace Sluice.Cli.Commands;

/// <summary>The argument <c>KIND/NAME</c>.</summary>
internal static class ObjectArgument
{
    /// <summary>An object that can be held.</summary>
    public static Argument<string> Create(Host host) => Create("The object, for example kustomization/my-app or hr/podinfo; -n says in which namespace", new ClusterCompletions(host).Objects);

    /// <summary>An object that can be held, or a gated source.</summary>
    public static Argument<string> CreateWithSources(Host host) =>
        Create("The object, for example kustomization/my-app, hr/podinfo or gatedsource/my-app; -n says in which namespace", new ClusterCompletions(host).Explained);

    private static Argument<string> Create(string description, Func<CompletionContext, IEnumerable<string>> completions)
    {
        var name = new Argument<string>("KIND/NAME") { HelpName = "KIND/NAME", Description = description };
        name.CompletionSources.Add(completions);
        return name;
    }
}
