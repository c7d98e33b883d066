using System.CommandLine;
using Sluice.Cli.Completion;

namespace Sluice.Cli.Commands;

/// <summary>The argument <c>KIND/NAME</c>.</summary>
internal static class ObjectArgument
{
    public static Argument<string> Create(Host host)
    {
        var name = new Argument<string>("KIND/NAME") { HelpName = "KIND/NAME", Description = "The object, for example kustomization/my-app or hr/podinfo; -n says in which namespace" };
        name.CompletionSources.Add(new ClusterCompletions(host).Objects);
        return name;
    }
}
